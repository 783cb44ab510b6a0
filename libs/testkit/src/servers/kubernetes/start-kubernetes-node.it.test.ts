import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../../eventually.ts';
import { scratchDir } from '../../scratch-dir.ts';
import { describeWithServers, startKubernetesNode, useServer, writeNodeImage } from '../index.ts';

const image = 'ccd.local/node-of-tests:1';

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 10_001,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

const podOf = (name: string, script: string) => ({
  metadata: { labels: { app: name } },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name,
        image,
        args: ['--eval', script],
        securityContext: restricted,
        ...(name === 'web' && { readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 } }),
      },
    ],
  },
});

const web = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: podOf(
        'web',
        "require('http').createServer((_, answer) => answer.end('it answers')).listen(8080)",
      ),
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  },
];

const job = (name: string, script: string) => {
  const { metadata, spec } = podOf(name, script);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { backoffLimit: 0, template: { metadata, spec: { ...spec, restartPolicy: 'Never' } } },
  };
};

const listOf = (items: readonly object[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

describeWithServers('kubernetes-node', 'startKubernetesNode', () => {
  const scratch = scratchDir();
  const server = useServer(() => startKubernetesNode(), 180_000);
  const machine = createServer((_, answer) => answer.end('the machine answers'));
  let namespace: string;

  beforeAll(async () => {
    await server().importImage(await writeNodeImage({ folder: scratch, name: image }));
    namespace = await server().namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    await once(machine.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => {
    machine.close();
  });

  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    server().kubectl(['--namespace', namespace, ...args], input);
  const waitFor = (condition: string, what: string): Promise<string> =>
    kubectl(['wait', `--for=${condition}`, what, '--timeout=60s']);

  /** What a pod that runs a script to its end has written. */
  async function saidBy(name: string, script: string): Promise<string> {
    await kubectl(['apply', '-f', '-'], JSON.stringify(job(name, script)));
    await waitFor('condition=complete', `job/${name}`);
    return kubectl(['logs', `job/${name}`]);
  }
  /** Asks the Service by its address, from this machine. Elsewhere some other may answer by it. */
  async function webAnswers(): Promise<boolean> {
    const address = await kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}']);
    const answer = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(1_000) });
    return (await answer.text()) === 'it answers';
  }
  /** Asks until something answers: names and routes follow a Service that is ready, they do not come with it. */
  const ask = (url: string): string => `
    const ask = () => fetch('${url}').then((answer) => answer.text());
    const askAgain = () => ask().then((text) => process.stdout.write(text), () => setTimeout(askAgain, 200));
    askAgain();`;

  it('runs pods that others reach by the name of their Service, and the machine by its address', async () => {
    await kubectl(['apply', '-f', '-'], listOf(web));
    await waitFor('condition=available', 'deployment/web');
    await expect(saidBy('by-dns', ask(`http://web.${namespace}.svc.cluster.local/`))).resolves.toBe(
      'it answers',
    );
    await expect(saidBy('by-short-name', ask('http://web/'))).resolves.toBe('it answers');
    await expect(webAnswers()).resolves.toBe(true);
    await expect(
      kubectl(['exec', 'deployment/web', '--', '/node', '--print', 'process.getuid()']),
    ).resolves.toBe('10001\n');
  }, 120_000);

  it('lets pods reach a server of this machine, once that is exposed', async () => {
    const { port } = machine.address() as AddressInfo;
    await server().expose(port);
    await expect(saidBy('outwards', ask(`http://${server().machine}:${port}/`))).resolves.toBe(
      'the machine answers',
    );
  });

  it('says why a pod does not start whose image it was not given', async () => {
    const reason = ['get', 'pods', '-l', 'app=unknown', '-o'];
    const path = 'jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}';
    const pod = job('unknown', '');
    for (const container of pod.spec.template.spec.containers) container.image = 'ccd.local/unknown:1';
    await kubectl(['apply', '-f', '-'], JSON.stringify(pod));
    await expect(
      eventually(
        'it says so',
        async () => /ErrImagePull|ImagePullBackOff/.exec(await kubectl([...reason, path]))?.[0],
        30_000,
        100,
      ),
    ).resolves.toBeDefined();
  });

  it('runs its pods again after it was lost', async () => {
    await server().node.kill();
    await expect(webAnswers().catch(() => false)).resolves.toBe(false);
    await server().node.restart();
    await eventually('the pod answers again', webAnswers, 60_000, 100);
  }, 120_000);

  it.each(['stopped', 'left by a process that was killed'])(
    'leaves nothing on the machine when it is %s',
    async (how) => {
      const { folder, device } = how === 'stopped' ? await startAndStop() : await startAndDie(scratch);
      await eventually(
        'nothing is left',
        () => !existsSync(folder) && !existsSync(`/sys/class/net/${device}`),
      );
      expect(globSync(`/sys/fs/cgroup/{${device},*/${device}}`)).toStrictEqual([]);
      expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(folder);
      expect(globSync('/proc/[0-9]*/cmdline').filter((file) => said(file).includes(folder))).toStrictEqual(
        [],
      );
    },
    120_000,
  );
});

interface Left {
  readonly folder: string;
  readonly device: string;
}

async function startAndStop(): Promise<Left> {
  const server = await startKubernetesNode();
  await server.stop();
  return { folder: server.node.folder, device: deviceOf(server.machine) };
}

async function startAndDie(folder: string): Promise<Left> {
  const program = join(folder, 'start.ts');
  const entry = join(import.meta.dirname, '..', 'index.ts');
  writeFileSync(
    program,
    `import { startKubernetesNode } from ${JSON.stringify(entry)};
const { node, machine } = await startKubernetesNode();
process.stdout.write(JSON.stringify({ folder: node.folder, machine }) + '\\n');
setInterval(() => {}, 1_000);
`,
  );
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const started = JSON.parse(line) as { readonly folder: string; readonly machine: string };
  expect(existsSync(`/sys/class/net/${deviceOf(started.machine)}`)).toBe(true);
  child.kill('SIGKILL');
  return { folder: started.folder, device: deviceOf(started.machine) };
}

/** By the network's number, which is in the address. */
const deviceOf = (machine: string): string => `ccd${machine.split('.')[2] ?? ''}`;

/** The arguments of a process, which may have ended. */
function said(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
