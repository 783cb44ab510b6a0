import { z } from 'zod';
import type { Run } from '../entities.ts';

const entity = z.object({
  ref: z.object({ name: z.string() }),
  status: z.string(),
  message: z.string().default(''),
  resourceType: z.string(),
});
const entitiesSchema = z.object({ state: z.array(entity).default([]) });

const instance = z.object({
  state: z.object({ stateType: z.string(), message: z.string().default('') }),
});
const component = z.object({ componentType: z.string(), instances: z.array(instance) });
const componentsSchema = z.object({ installedComponents: z.array(component).default([]) });

/** What a person is shown of one resource. */
export type ShownState = z.output<typeof entity>;

/** How everything is, as `strm monitor all` shows it. */
export async function shownStates(strm: Run): Promise<readonly ShownState[]> {
  return entitiesSchema.parse(JSON.parse(await strm('monitor', 'all', '-o', 'json'))).state;
}

/** What runs in a data plane, an instance each, as `strm list installed-components` shows it. */
export async function shownComponents(
  strm: Run,
  installationId: string,
): Promise<readonly { readonly component: string; readonly state: string; readonly message: string }[]> {
  const shown = await strm('list', 'installed-components', installationId, '-o', 'json');
  return componentsSchema
    .parse(JSON.parse(shown))
    .installedComponents.flatMap(({ componentType, instances }) =>
      instances.map(({ state }) => ({
        component: componentType,
        state: state.stateType,
        message: state.message,
      })),
    );
}
