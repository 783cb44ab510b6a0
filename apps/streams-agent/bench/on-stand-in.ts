import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchProcess, onOtherCore, programOfNode } from '@ccd/testkit/bench';
import { measureAgent } from './measure-agent.ts';
import type { Bounds } from './measure-agent.ts';
import type { Order } from './measured.ts';
import type { OnKubernetes } from './on-kubernetes.ts';

const script = fileURLToPath(new URL('stand-ins/kubernetes/process.ts', import.meta.url));

/**
 * The same as on an API server, on a stand-in for one on the other core, over HTTP.
 */
export async function measureOnStandIn(
  { sources, runs, pollMs }: Pick<Order, 'sources' | 'runs' | 'pollMs'>,
  bounds: Bounds,
): Promise<OnKubernetes> {
  const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
  const api = new BenchProcess(onOtherCore(programOfNode(script, [])));
  try {
    const { port } = (await api.hear()) as { readonly port: number };
    const [kubeconfig, templateFile] = [join(folder, 'kubeconfig'), join(folder, 'template.json')];
    const name = 'stand-in';
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': name,
        clusters: [{ name, cluster: { server: `http://127.0.0.1:${port}` } }],
        users: [{ name, user: { token: 'any' } }],
        contexts: [{ name, context: { cluster: name, user: name, namespace: name } }],
      }),
    );
    writeFileSync(
      templateFile,
      JSON.stringify({ apps: { decrypter: { image: 'registry.example/decrypter:1' } } }),
    );
    const kubernetes = { kubeconfig, namespace: name, templateFile };
    const agent = await measureAgent({ sources, runs, allKinds: false, pollMs, kubernetes }, bounds);
    const { writes } = (await api.ask({})) as { readonly writes: number };
    return { sources, namespace: name, agent, writes };
  } finally {
    api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
