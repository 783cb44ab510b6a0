import type { SecretSpec, WorkloadSpec } from '../port.ts';

/** A valid workload, to be varied. */
export const workloadSpec = (name: string, change: Partial<WorkloadSpec> = {}): WorkloadSpec => ({
  name,
  app: 'decrypter',
  labels: { 'ccd/agent': 'streams-agent' },
  annotations: { 'ccd/streams': 'demo' },
  env: { STRM_STREAM: 'demo' },
  files: { 'streams.json': '{"stream":"demo"}' },
  secrets: [],
  hash: 'hash-1',
  ...change,
});

/** A valid secret, to be varied. */
export const secretSpec = (name: string, change: Partial<SecretSpec> = {}): SecretSpec => ({
  name,
  labels: { 'ccd/agent': 'data-connectors-agent' },
  data: { location: Buffer.from('{"type":"s3"}') },
  hash: 'hash-1',
  ...change,
});
