import { parseTemplate } from '@ccd/cluster';
import { scratchDir } from '@ccd/testkit';
import { describeWithServers } from '@ccd/testkit/servers';
import { expect, it } from '@jest/globals';
import { openHelm } from './testing/helm.ts';
import type { Values } from './testing/helm.ts';
import { templatesOf } from './testing/pods.ts';
import { leastValues } from './testing/values.ts';

const env = (given: object): Values => ({ extraEnv: [{ name: 'LOG_SAMPLE', ...given }] });
const from = (valueFrom: object): Values => env({ valueFrom });
const mount = (given: object): Values => ({
  extraVolumes: [{ name: 'more', emptyDir: {} }],
  extraVolumeMounts: [{ name: 'more', mountPath: '/more', ...given }],
});
const volume = (given: object): Values => ({ extraVolumes: [{ name: 'more', ...given }] });
const toleration = (given: object): Values => ({ tolerations: [given] });
const requests = (given: object): Values => ({ resources: { requests: given } });

const taken: readonly (readonly [string, Values])[] = [
  ['a setting', env({ value: '5' })],
  ['an empty setting', env({ value: '' })],
  ['a setting from a Secret', from({ secretKeyRef: { name: 'a', key: 'b', optional: true } })],
  ['a setting from a ConfigMap', from({ configMapKeyRef: { name: 'a', key: 'b' } })],
  ['a setting from the pod', from({ fieldRef: { fieldPath: 'spec.nodeName' } })],
  ['a part of a volume', mount({ subPath: 'part', readOnly: true })],
  ['a volume of a ConfigMap', volume({ configMap: { name: 'a', items: [{ key: 'b', path: 'c' }] } })],
  ['a volume of a Secret', volume({ secret: { secretName: 'a', optional: true } })],
  ['a volume that is claimed', volume({ persistentVolumeClaim: { claimName: 'a' } })],
  ['a volume of a driver', volume({ csi: { driver: 'a', readOnly: true } })],
  ['a taint that is borne for a while', toleration({ key: 'a', effect: 'NoExecute', tolerationSeconds: 60 })],
  ['all taints', toleration({ operator: 'Exists' })],
  ['amounts as texts', requests({ cpu: '250m', memory: '0.5Gi' })],
  ['amounts as numbers', requests({ cpu: 0.25, memory: 1_000_000 })],
  ['an affinity of any kind', { affinity: { nodeAffinity: { some: [{ thing: 1 }] } } }],
  ['space', { temporarySpace: '1Gi' }],
  ['a tag', { image: { version: 'v1.2.3_rc.1' } }],
];
const refused: readonly (readonly [string, Values])[] = [
  ['a setting that is a number', env({ value: 5 })],
  ['a setting that is a flag', env({ value: true })],
  ['a setting without a value', env({})],
  ['a setting without a name', { extraEnv: [{ value: '5' }] }],
  ['a setting of two values', env({ value: '5', valueFrom: { fieldRef: { fieldPath: 'a' } } })],
  ['a setting from the resources of the pod', from({ resourceFieldRef: { resource: 'limits.memory' } })],
  ['a setting from no key', from({ secretKeyRef: { name: 'a' } })],
  ['a setting from another version', from({ fieldRef: { apiVersion: 'v1', fieldPath: 'a' } })],
  ['a part of a volume that settings name', mount({ subPathExpr: '$(A)' })],
  ['mounts that are passed on', mount({ mountPropagation: 'Bidirectional' })],
  ['a path that is relative', mount({ mountPath: 'more' })],
  ['a volume without a name', { extraVolumes: [{ emptyDir: {} }] }],
  ['an operator that does not exist', toleration({ key: 'a', operator: 'Gt', value: '1' })],
  ['a taint of a number', toleration({ key: 'a', value: 1 })],
  ['an effect that does not exist', toleration({ key: 'a', effect: 'Never' })],
  ['an amount in words', requests({ cpu: 'much' })],
  ['an amount below nothing', requests({ cpu: -1 })],
  ['an amount with an exponent', requests({ memory: '1e9' })],
  ['space in words', { temporarySpace: 'much' }],
  ['a tag that is none', { image: { version: 'v 1' } }],
];

/** What an agent would pass on, and its policy could not tell from anything else. */
const refusedByChart: readonly (readonly [string, Values])[] = [
  ['a volume of another kind', volume({ projected: { sources: [] } })],
  ['a folder of the node', volume({ hostPath: { path: '/' } })],
  ['a volume of two kinds', volume({ emptyDir: {}, hostPath: { path: '/' } })],
  ['a volume of no ConfigMap', volume({ configMap: {} })],
];

describeWithServers('helm', 'what the charts take for the pods of workers', () => {
  const helm = openHelm(scratchDir());
  /** Policies are made of the values too, and no part of this. */
  const install = (decrypter: Values, flags?: readonly string[]) =>
    helm.render(
      'strm',
      { ...leastValues, admissionPolicy: { enabled: false }, components: { streamsAgent: { decrypter } } },
      'ours',
      flags,
    );
  const ofChart = (decrypter: Values) =>
    install(decrypter).then(
      () => 'taken',
      (error: unknown) => (String(error).includes("- at '/components/") ? 'refused' : String(error)),
    );
  const ofAgent = async (decrypter: Values) => {
    const templates = templatesOf(await install(decrypter, ['--skip-schema-validation']));
    try {
      parseTemplate(templates['streams-agent'] ?? '', 'streams-agent');
      return 'taken';
    } catch {
      return 'refused';
    }
  };

  it.each(taken)('is %s, which agents take too', async (_, decrypter) => {
    expect([await ofChart(decrypter), await ofAgent(decrypter)]).toEqual(['taken', 'taken']);
  });

  it.each(refused)('is not %s, which agents refuse too', async (_, decrypter) => {
    expect([await ofChart(decrypter), await ofAgent(decrypter)]).toEqual(['refused', 'refused']);
  });

  it.each(refusedByChart)('is not %s', async (_, decrypter) => {
    expect(await ofChart(decrypter)).toBe('refused');
  });
});
