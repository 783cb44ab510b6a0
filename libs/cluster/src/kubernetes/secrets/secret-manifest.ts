import type { SecretSpec } from '../../port.ts';
import type { Manifest } from '../template/manifest.ts';
import { labelsOfSecret, marks, schemaStamp, secretType } from '../template/marks.ts';

export const toSecretManifest = ({ name, labels, data, hash }: SecretSpec): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: secretType,
  metadata: {
    name,
    labels: { ...labels, ...labelsOfSecret },
    annotations: { [marks.hash]: hash, [marks.schema]: String(schemaStamp) },
  },
  data: Object.fromEntries(
    Object.entries(data).map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]),
  ),
});
