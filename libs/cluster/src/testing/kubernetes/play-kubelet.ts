import type { ObjectClient } from '../../kubernetes/client/object-client.ts';
import { pods, toPath } from '../../kubernetes/client/resources.ts';
import type { Transport } from '../../kubernetes/client/transport.ts';
import { podSchema } from '../../kubernetes/status/pod-schema.ts';
import { watchResource } from '../../kubernetes/watch/watch-resource.ts';
import { systemClock } from '@ccd/reconcile';

export interface KubeletOptions {
  readonly transport: Transport;
  readonly objects: ObjectClient;
  readonly namespace: string;
}

/**
 * Plays the one part of a node that the adapter can see, where there is none: pods become running and ready as soon as they
 * are made. Nothing is run, no image is pulled, no volume is mounted.
 */
export function playKubelet({ transport, objects, namespace }: KubeletOptions): () => Promise<void> {
  let turn: Promise<void> = Promise.resolve();

  const play = async (): Promise<void> => {
    const all = await objects.list(pods, undefined, (item) => podSchema.parse(item));
    const idle = all.filter(
      ({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase === 'Pending',
    );
    await Promise.all(idle.map(({ metadata }) => run(metadata.name)));
  };
  const run = async (name: string): Promise<unknown> => {
    const lastTransitionTime = new Date().toISOString();
    const condition = (type: string) => ({ type, status: 'True', lastTransitionTime });
    return transport.ask({
      method: 'PATCH',
      path: `${toPath(pods, namespace, name)}/status`,
      contentType: 'application/merge-patch+json',
      body: JSON.stringify({
        status: { phase: 'Running', conditions: ['Initialized', 'ContainersReady', 'Ready'].map(condition) },
      }),
    });
  };

  const watch = watchResource({
    transport,
    namespace,
    resource: pods,
    clock: systemClock,
    onHint: () => {
      // A pod may go while it is played for.
      turn = turn.then(play).catch(() => {});
    },
  });
  return async () => {
    await watch.stop();
    await turn;
  };
}
