import type { LiveWorkload } from '@ccd/cluster';
import type { DesiredStream } from '@ccd/controlplane';
import { topicsOf } from '../tasks.ts';
import type { DesiredSnapshot, RejectedItem } from '@ccd/reconcile';
import { decrypterKind } from './decrypters.ts';

/**
 * The decrypters that an answer leaves in doubt. A stream that the answer garbles is missing from the task that we
 * would make of it; a decrypter that derives it now would stop, and pass over its events for good. So such a decrypter
 * stays as it runs until the answer is whole.
 */
export function undecidedDecrypters(
  { items, removed, rejected = [] }: DesiredSnapshot<DesiredStream>,
  live: readonly Pick<LiveWorkload, 'name' | 'annotations'>[],
): readonly RejectedItem[] {
  const garbled = rejected.filter(({ key }) => key.kind === 'stream');
  if (garbled.length === 0) return [];
  const settled = new Set([
    ...items.map(({ spec }) => spec.topic),
    ...removed.map(({ id }) => `stream-${id}`),
  ]);
  const inDoubt = new Set(garbled.map(({ key }) => (key.id === '' ? '' : `stream-${key.id}`)));
  return live
    .filter((each) =>
      topicsOf(each).some((topic) => inDoubt.has(topic) || (inDoubt.has('') && !settled.has(topic))),
    )
    .map(({ name }) => ({
      key: { kind: decrypterKind, id: name },
      message: 'a stream that it derives cannot be read from the answer',
    }));
}
