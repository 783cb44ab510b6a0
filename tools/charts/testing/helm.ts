import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder, findProgram, serverPlaces } from '@ccd/testkit/servers';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { runProgram } from '../../test-servers/run-program.ts';
import { assembleChart } from '../assemble.ts';

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
});

/** An object as it is rendered. */
export type KubernetesObject = z.output<typeof objectSchema>;
export type Values = Readonly<Record<string, unknown>>;

export interface Helm {
  run(args: readonly string[], values?: Values): Promise<string>;
  /** The objects that an installation would make. @param flags of Helm */
  render(
    chart: string,
    values: Values,
    namespace?: string,
    flags?: readonly string[],
  ): Promise<readonly KubernetesObject[]>;
  /** The folder of a chart with everything that it depends on. */
  chart(name: string): Promise<string>;
}

/** Helm with the charts assembled in a folder of the test's own. */
export function openHelm(folder: string): Helm {
  const program =
    findProgram('helm', [cachedFolder('helm', serverPlaces.cache), ...serverPlaces.path]) ?? 'helm';
  const assembled = new Map<string, Promise<string>>();
  let count = 0;
  const chart = (name: string): Promise<string> => {
    const known = assembled.get(name) ?? assembleChart(name, join(folder, 'charts'));
    assembled.set(name, known);
    return known;
  };
  const run = async (args: readonly string[], values?: Values): Promise<string> => {
    count += 1;
    const file = join(folder, `values-${count}.yaml`);
    if (values !== undefined) writeFileSync(file, stringify(values));
    return runProgram(program, [...args, ...(values === undefined ? [] : ['--values', file])], {
      env: { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder },
    });
  };
  return {
    run,
    chart,
    async render(name, values, namespace = 'ours', flags = []) {
      const args = ['template', 'test', await chart(name), '--namespace', namespace, ...flags];
      const text = await run(args, values);
      return parseAllDocuments(text)
        .map((document): unknown => document.toJS() as unknown)
        .filter((object) => object !== null)
        .map((object) => objectSchema.parse(object));
    },
  };
}
