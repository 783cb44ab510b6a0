import { describe, expect, it } from '@jest/globals';
import { workloadSpec } from '../../testing/specs.ts';
import { toImageReference } from './image-reference.ts';
import { marks, withoutOwnAnnotations, withoutOwnLabels } from './marks.ts';
import { toFilesName, toLabelValue } from './names.ts';
import type { PodOptions } from './pod-template.ts';
import { InvalidTemplateError, parseTemplate, readTemplate } from './read-template.ts';
import type { RegistrySettings } from './template-schema.ts';
import { toAppliedSpec, toFilesManifest, toTemplateDigest, toWorkloadManifest } from './workload-manifest.ts';

const optionsOf = (text: string, baseEnv = {}): PodOptions => ({
  template: parseTemplate(text, 'pods.yaml'),
  baseEnv,
});
const plain = optionsOf('apps: { decrypter: { image: "registry.example/decrypter:1" } }');
const podOf = (options: PodOptions, change = {}): unknown =>
  toWorkloadManifest(toAppliedSpec(workloadSpec('a', change)), options)['spec'];

describe(toImageReference, () => {
  const image = { name: 'events/event-gateway', tag: 'v1' };
  const digest = `sha256:${'0'.repeat(64)}`;
  it.each<[string, RegistrySettings, string]>([
    [
      'the default registry',
      { kind: 'default', url: 'europe-west4-docker.pkg.dev', prefix: 'p', path: 'docker-public' },
      'europe-west4-docker.pkg.dev/p/docker-public/events/event-gateway:v1',
    ],
    ['a private registry', { kind: 'private', url: 'r.example' }, 'r.example/events_event-gateway:v1'],
    ['the AWS Marketplace', { kind: 'aws-marketplace', url: 'ecr', payg: false }, 'ecr/event-gateway:v1'],
    ['metered use', { kind: 'aws-marketplace', url: 'ecr', payg: true }, 'ecr/event-gateway-payg:v1'],
  ])('lays names out as %s does', (_title, registry, reference) => {
    expect(toImageReference(image, registry)).toBe(reference);
  });

  it('names an image by its digest', () => {
    const registry = { kind: 'private', url: 'r' } as const;
    expect(toImageReference({ name: 'a', digest }, registry)).toBe(`r/a@${digest}`);
    expect(toImageReference({ name: 'a', tag: 'v1', digest }, registry)).toBe(`r/a:v1@${digest}`);
  });

  it('takes a whole reference as it is', () => {
    expect(toImageReference('r.example:5000/a:1', undefined)).toBe('r.example:5000/a:1');
  });
});

describe(parseTemplate, () => {
  it.each([
    ['a field that nobody knows', 'apps: {}\nhostNetwork: true', 'hostNetwork'],
    [
      'one within an app',
      'apps: { decrypter: { image: "a:1", privileged: true } }',
      'apps.decrypter: Unrecognized key: "privileged"',
    ],
    [
      'one that would weaken the pod',
      'apps: {}\npod: { security: { runAsNonRoot: false } }',
      'pod.security: Unrecognized key',
    ],
    ['root', 'apps: {}\npod: { security: { runAsUser: 0 } }', 'pod.security.runAsUser'],
    [
      'an image without a tag',
      'apps: { decrypter: { image: "r.example:5000/a" } }',
      'an image needs a tag or a digest',
    ],
    [
      'an image by name without a registry',
      'apps: { decrypter: { image: { name: a, tag: v1 } } }',
      'needs a registry',
    ],
    [
      'another amount',
      'apps: {}\npod: { resources: { limits: { memory: lots } } }',
      'pod.resources.limits.memory',
    ],
    ['another app', 'apps: { miner: { image: "a:1" } }', 'miner'],
    ['a text', 'apps', 'the document'],
    ['what is no YAML', '{', 'neither YAML nor JSON'],
  ])('refuses %s, and says where', (_title, text, message) => {
    expect(() => parseTemplate(text, 'pods.yaml')).toThrow(InvalidTemplateError);
    expect(() => parseTemplate(text, 'pods.yaml')).toThrow(message);
  });

  it('says that a file cannot be read', async () => {
    await expect(readTemplate('/nowhere/pods.yaml')).rejects.toThrow(
      '/nowhere/pods.yaml cannot be used: the file cannot be read',
    );
  });
});

describe(toWorkloadManifest, () => {
  it('makes pods within the restricted profile, without a token', () => {
    expect(podOf(plain)).toMatchObject({
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { 'ccd/workload': 'a' } },
      template: {
        metadata: { labels: { 'ccd/workload': 'a' } },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              image: 'registry.example/decrypter:1',
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
          volumes: [{ name: 'tmp', emptyDir: {} }, { name: 'config' }],
        },
      },
    });
  });

  it('lets an app say otherwise than all, field by field', () => {
    const options = optionsOf(`
pod: { serviceAccountName: workers, labels: { team: x }, terminationGraceSeconds: 60, imagePullSecrets: [pull] }
apps:
  decrypter: { image: "a:1", terminationGraceSeconds: 90, resources: { limits: { cpu: 2 } } }
`);
    expect(podOf(options)).toMatchObject({
      template: {
        metadata: { labels: { team: 'x' } },
        spec: {
          serviceAccountName: 'workers',
          imagePullSecrets: [{ name: 'pull' }],
          terminationGracePeriodSeconds: 90,
          containers: [{ resources: { limits: { cpu: '2' } } }],
        },
      },
    });
  });

  it('never lets a template take the label by which pods are found', () => {
    const options = optionsOf(
      '{ pod: { labels: { ccd/workload: x } }, apps: { decrypter: { image: "a:1" } } }',
    );
    expect(podOf(options)).toMatchObject({ template: { metadata: { labels: { 'ccd/workload': 'a' } } } });
  });

  it('sets variables: general ones, those of the spec over them, those of the template over both', () => {
    const options = optionsOf(
      `apps: { decrypter: { image: "a:1", extraEnv: [{ name: C, value: template }, { name: S, valueFrom: { secretKeyRef: { name: s, key: k } } }] } }`,
      { A: 'base', B: 'base', C: 'base' },
    );
    const pods = podOf(options, { env: { B: 'spec', C: 'spec' } });
    const env = JSON.stringify(pods);
    expect(env).toContain('{"name":"A","value":"base"},{"name":"ADMIN_HOST"');
    expect(env).toContain('{"name":"B","value":"spec"}');
    expect(env).toContain('{"name":"C","value":"template"},{"name":"S","valueFrom"');
    expect(env.match(/"name":"C"/g)).toHaveLength(1);
  });

  it('mounts each secret under its name', () => {
    expect(podOf(plain, { secrets: ['data.connector'] })).toMatchObject({
      template: {
        spec: {
          containers: [
            {
              volumeMounts: [
                { mountPath: '/tmp' },
                { mountPath: '/etc/ccd/config' },
                {
                  name: 'secret-data-connector',
                  mountPath: '/etc/ccd/secrets/data.connector',
                  readOnly: true,
                },
              ],
            },
          ],
          volumes: [{}, {}, { name: 'secret-data-connector', secret: { secretName: 'data.connector' } }],
        },
      },
    });
  });

  it('makes a Job of a batch job, which waits for a pod that is ending', () => {
    const options = optionsOf('apps: { batch-job: { image: "a:1" } }');
    expect(toWorkloadManifest(toAppliedSpec(workloadSpec('a', { app: 'batch-job' })), options)).toMatchObject(
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        spec: { podReplacementPolicy: 'Failed', template: { spec: { restartPolicy: 'Never' } } },
      },
    );
  });

  it('records the hash, the schema, and what came from the spec, but not its files', () => {
    const { annotations } = toWorkloadManifest(toAppliedSpec(workloadSpec('a')), plain).metadata;
    expect(annotations).toMatchObject({ [marks.hash]: 'hash-1', [marks.schema]: '1', 'ccd/streams': 'demo' });
    expect(annotations?.[marks.spec]).not.toContain('"stream":"demo"');
  });

  it('changes no pod where only labels or the hash differ', () => {
    expect(podOf(plain, { labels: { x: '1' }, hash: 'other' })).toEqual(podOf(plain));
  });
});

describe(toTemplateDigest, () => {
  it('changes with what an app is made from, and with nothing else', () => {
    const same = optionsOf(
      'apps: { decrypter: { image: "registry.example/decrypter:1" }, batch-job: { image: "b:1" } }',
    );
    const newer = optionsOf('apps: { decrypter: { image: "registry.example/decrypter:2" } }');
    const digest = toTemplateDigest(plain, 'decrypter');
    expect(toTemplateDigest(same, 'decrypter')).toBe(digest);
    expect(toTemplateDigest(newer, 'decrypter')).not.toBe(digest);
    expect(toTemplateDigest({ ...plain, baseEnv: { A: '1' } }, 'decrypter')).not.toBe(digest);
  });
});

describe(toFilesManifest, () => {
  it('keeps files in an object that never changes and goes with its owner', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a', uid: 'u' };
    const name = toFilesName('a', workloadSpec('a').files);
    expect(toFilesManifest(workloadSpec('a'), name, owner)).toMatchObject({
      metadata: { name, ownerReferences: [owner] },
      data: { 'streams.json': '{"stream":"demo"}' },
      immutable: true,
    });
    expect(toFilesName('a', { 'streams.json': 'x' })).not.toBe(name);
  });
});

describe(toLabelValue, () => {
  it('keeps short names, and tells long ones apart that begin alike', () => {
    const long = `decrypter-${'x'.repeat(100)}`;
    expect(toLabelValue('decrypter-1')).toBe('decrypter-1');
    expect(toLabelValue(long).length).toBeLessThanOrEqual(63);
    expect(toLabelValue(`${long}a`)).not.toBe(toLabelValue(`${long}b`));
  });
});

it('shows neither its own marks nor those of Kubernetes', () => {
  expect(withoutOwnLabels({ x: '1', 'ccd/workload': 'a', 'app.kubernetes.io/name': 'a' })).toEqual({
    x: '1',
  });
  expect(
    withoutOwnAnnotations({ 'ccd/streams': 'a', 'ccd/hash': 'h', 'deployment.kubernetes.io/revision': '1' }),
  ).toEqual({
    'ccd/streams': 'a',
  });
});
