import type { LiveWorkload } from '@ccd/cluster';
import type { DesiredStream } from '@ccd/controlplane';
import { topicsOf } from '../tasks.ts';
import type { DesiredSnapshot, ResourceKey } from '@ccd/reconcile';
import { decrypterKind } from './decrypters.ts';

/**
 * The decrypters that work for streams which a user removed: whoever removes the last stream derived from a source asks
 * for the end of its decrypter, which the answer does not name.
 */
export function idleDecrypters(
  { removed }: Pick<DesiredSnapshot<DesiredStream>, 'removed'>,
  live: readonly Pick<LiveWorkload, 'name' | 'annotations'>[],
): readonly ResourceKey[] {
  const gone = new Set(removed.filter(({ kind }) => kind === 'stream').map(({ id }) => `stream-${id}`));
  if (gone.size === 0) return [];
  return live
    .filter((each) => topicsOf(each).some((topic) => gone.has(topic)))
    .map(({ name }) => ({ kind: decrypterKind, id: name }));
}
