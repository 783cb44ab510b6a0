import type { Cluster } from '../../port.ts';
import { ApiError } from '../client/api-error.ts';
import { toPortError } from '../client/classify.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { pods, toPath } from '../client/resources.ts';
import type { Transport } from '../client/transport.ts';
import { workloadLabel } from '../template/marks.ts';
import { toLabelValue } from '../template/names.ts';
import { isPodOf } from './pod-owner.ts';
import { podSchema } from './pod-schema.ts';
import type { Pod } from './pod-schema.ts';
import { newestOf } from './pod-status.ts';

export interface ReadLogOptions {
  readonly objects: ObjectClient;
  readonly transport: Pick<Transport, 'stream'>;
  readonly namespace: string;
}

const mostBytes = 65_536;

const isOf = (pod: Pod, name: string): boolean =>
  (['Deployment', 'Job'] as const).some((kind) => isPodOf(pod, { kind, name }));

/** Of a process that has ended, what it wrote, as long as no other has begun in its place. */
export function createReadLog({ objects, transport, namespace }: ReadLogOptions): Cluster['readLog'] {
  const read = async (pod: string, lines: number, signal: AbortSignal): Promise<string> => {
    const query = `tailLines=${lines}&limitBytes=${mostBytes}`;
    const path = `${toPath(pods, namespace, pod)}/log?${query}`;
    const chunks: Buffer[] = [];
    await transport.stream(
      { method: 'GET', path, signal },
      () => {},
      (chunk) => chunks.push(chunk),
    );
    return Buffer.concat(chunks).toString('utf8');
  };

  return async (workload, lines, signal) => {
    try {
      const selector = `${workloadLabel}=${toLabelValue(workload)}`;
      const labelled = await objects.list(pods, selector, (item) => podSchema.parse(item));
      const pod = newestOf(labelled.filter((each) => isOf(each, workload)));
      if (pod === undefined) return [];
      const text = await read(pod.metadata.name, lines, signal);
      return text.split('\n').filter((line) => line !== '');
    } catch (error) {
      // Its container has not begun, or the pod has gone meanwhile.
      if (error instanceof ApiError && (error.code === 400 || error.code === 404)) return [];
      throw toPortError(error, { kind: 'workload', name: workload });
    }
  };
}
