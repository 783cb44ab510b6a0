import { eventually } from '@ccd/testkit';
import { expect } from '@jest/globals';
import { createConnector, createExporter } from '../entities.ts';
import type { Bucket } from '../entities.ts';
import { scene } from '../faults/scene.ts';
import type { DataPlane } from './data-plane.ts';
import { shownStates } from './shown-states.ts';
import type { ShownState } from './shown-states.ts';

export interface SpoilOptions {
  /** With the scene in it. */
  readonly dataPlane: DataPlane;
  /** For files that commands need. */
  readonly folder: string;
  /** Of the scene. */
  readonly bucket: Bucket;
  /** Of the images that run. */
  readonly tag: string;
}

const settleMs = 180_000;
const lookMs = 1_000;

/** As a person mistypes them. */
const withWrongKey = (credentials: string): string => credentials.replace(/("secretKey":")./, '$1!');

/**
 * Spoils workers, each in a way that its agent learns of by another channel: what a pod answers at `/ready`, what a process leaves
 * when it ends, and what the kubelet says. Waits until a person is shown the reason, and, when all is put right, that it is.
 */
export async function spoilWorkers({ dataPlane, folder, bucket, tag }: SpoilOptions): Promise<void> {
  const { strm } = dataPlane;
  const isShown = async (resourceType: string, pattern: RegExp): Promise<boolean> =>
    (await shownStates(strm)).some(
      (state) => state.resourceType === resourceType && pattern.test(`${state.status} ${state.message}`),
    );
  const says = (what: string, resourceType: string, pattern: RegExp) =>
    eventually(what, () => isShown(resourceType, pattern), settleMs, lookMs);

  await createConnector(strm, folder, 'wrong', {
    ...bucket,
    credentials: withWrongKey(bucket.credentials),
  });
  await createExporter(strm, 'wrong', scene.source, 'refused');
  await says('a refusal of the store', 'BATCH_EXPORTER_DEPLOYMENT', /^UNHEALTHY AccessDenied: ./);
  await eventually(
    'the words of its log',
    async () =>
      / WARN batch-exporter: .* reason=AccessDenied$/m.test(await strm('logs', 'batch-exporter', 'refused')),
    settleMs,
    lookMs,
  );
  await strm('delete', 'batch-exporter', 'refused');
  await strm('delete', 'data-connector', 'wrong');

  const nowhere = { secretKeyRef: { name: 'nowhere', key: 'x' } };
  await dataPlane.upgrade(tag, {
    decrypter: { extraEnv: [{ name: 'STRM_BOOTSTRAP_SERVERS', value: '127.0.0.1:1' }] },
    batchExporter: { extraEnv: [{ name: 'X', valueFrom: nowhere }] },
  });
  const noLog = /^(?:UNHEALTHY|RESTARTING) LogUnavailable: ./;
  await says('a log that does not answer', 'STREAM_DECRYPTER_DEPLOYMENT', noLog);
  // Of the streams agent it is not switched on.
  expect(await strm('logs', 'stream', scene.source)).not.toContain('decrypter');
  await says('no such Secret', 'BATCH_EXPORTER_DEPLOYMENT', /^UNHEALTHY SecretNotFound: .*nowhere/);

  await dataPlane.release.rollback();
  const isWell = ({ status }: ShownState): boolean => ['HEALTHY', 'REMOVED'].includes(status);
  await eventually('all is well', async () => (await shownStates(strm)).every(isWell), settleMs, lookMs);
}
