import { scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openHelm } from './testing/helm.ts';
import type { Values } from './testing/helm.ts';
import { workersOf } from './testing/pods.ts';
import { leastValues, mostValues, secretTexts } from './testing/values.ts';

const listSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), generation: z.number() }),
    }),
  ),
});

describeWithServers('helm', 'what the charts say of their Secrets', () => {
  const helm = openHelm(scratchDir());

  it('is the same outside of Secrets whatever these hold, so that nothing can be guessed from it', async () => {
    const others = secretTexts.reduce(
      (text, secret) => text.replaceAll(secret, Buffer.alloc(32, 9).toString('base64')),
      JSON.stringify(mostValues),
    );
    const shown = async (values: Values): Promise<unknown> =>
      (await helm.render('strm', values)).filter(({ kind }) => kind !== 'Secret');
    const [those, these] = await Promise.all([shown(JSON.parse(others) as Values), shown(mostValues)]);
    expect(those).toEqual(these);
  });
});

describeWithServers(['helm', 'kubernetes'], 'a Secret of the chart that an upgrade changes', () => {
  const helm = openHelm(scratchDir());
  const server = useServer(() => startKubernetes());
  let namespace: string;
  beforeAll(async () => {
    namespace = await server().namespace();
  });

  const release = async (...verb: readonly string[]): Promise<string> =>
    helm.run([...verb, '-n', namespace, '--kubeconfig', server().kubeconfig]);
  async function upgrade(password: string): Promise<void> {
    const values = { ...leastValues, redis: { host: 'redis.example', password } };
    await helm.run(
      [
        ...['upgrade', '--install', 'test', await helm.chart('strm')],
        ...['-n', namespace, '--kubeconfig', server().kubeconfig],
      ],
      values,
    );
  }
  const get = async (...what: readonly string[]): Promise<string> =>
    server().kubectl(['get', ...what, '-n', namespace]);
  /** How often the pod template of each Deployment was written, and what workers of both agents are told of Secrets. */
  async function world() {
    const deployments = listSchema.parse(JSON.parse(await get('deployments', '-o', 'json'))).items;
    const own = Object.fromEntries(deployments.map(({ metadata }) => [metadata.name, metadata.generation]));
    const configMaps = z
      .object({ items: z.array(z.unknown()) })
      .parse(JSON.parse(await get('configmaps', '-l', 'app.kubernetes.io/part-of=strm', '-o', 'json')));
    const workers = workersOf(
      configMaps.items.map((object) =>
        z
          .looseObject({
            apiVersion: z.string(),
            kind: z.string(),
            metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
          })
          .parse(object),
      ),
    );
    const secrets = Object.fromEntries(
      Object.entries(workers).map(([app, { annotations }]) => [app, annotations['ccd/secrets']]),
    );
    const password = await get('secret', 'redis-password', '-o', 'jsonpath={.data.redis-password}');
    return { own, secrets, password: Buffer.from(password, 'base64').toString() };
  }

  it('restarts the pods that have read it, and no others, and an upgrade that changes none restarts none', async () => {
    await upgrade('one');
    const first = await world();
    await upgrade('one');
    expect(await world()).toEqual(first);

    await upgrade('two');
    const second = await world();
    expect(second.own).toEqual({
      'event-gateway': (first.own['event-gateway'] ?? 0) + 1,
      // Since its workers start anew.
      'streams-agent': (first.own['streams-agent'] ?? 0) + 1,
      'exporters-agent': first.own['exporters-agent'],
      'data-connectors-agent': first.own['data-connectors-agent'],
    });
    expect(second.secrets['decrypter']).not.toBe(first.secrets['decrypter']);
    expect(second.secrets['batch-exporter']).toBe(first.secrets['batch-exporter']);

    await release('rollback', 'test', '2');
    expect(await world()).toMatchObject({ secrets: first.secrets, password: 'one' });

    await upgrade('two');
    const again = await world();
    expect(again.password).toBe('two');
    expect([first, second].map(({ secrets }) => secrets['decrypter'])).not.toContain(
      again.secrets['decrypter'],
    );
  }, 120_000);
});
