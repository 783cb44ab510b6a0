import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { eventually } from '@ccd/testkit';
import { configMaps, pods } from '../client/resources.ts';
import { createTransport } from '../client/transport.ts';
import type { Transport } from '../client/transport.ts';
import { json, startStandIn } from '../../testing/kubernetes/stand-in.ts';
import type { StandIn } from '../../testing/kubernetes/stand-in.ts';
import { createWatches } from './watches.ts';
import type { Watches } from './watches.ts';

let server: StandIn;
let transport: Transport;
let watches: Watches;
beforeEach(async () => {
  server = await startStandIn();
  transport = createTransport(server.connection, systemClock);
  watches = createWatches({ transport, namespace: 'n', clock: systemClock, onHint: () => {} });
  server.script((response, asked) => {
    if (asked.path.includes('watch=true')) response.writeHead(200).flushHeaders();
    else json({ metadata: { resourceVersion: '5' }, items: [] })(response, asked);
  });
});
afterEach(async () => {
  await watches.stop();
  transport.close();
  await server.stop();
});

describe(createWatches, () => {
  it('knows nothing of what is not watched', async () => {
    watches.begin(configMaps, 'a');
    await eventually('it is open', () => watches.viewOf(configMaps, 'a').mark());
    expect(watches.viewOf(configMaps).mark()).toBeUndefined();
    expect(watches.viewOf(pods, 'a').version()).toBeUndefined();
  });

  it('shows another mark once we have written ourselves, before any watch tells', async () => {
    const view = watches.viewOf(configMaps);
    watches.begin(configMaps);
    const before = await eventually('it is open', () => view.mark());
    expect(view.mark()).toBe(before);
    watches.wrote();
    expect(view.mark()).not.toBe(before);
    expect(view.version()).toBe('5');
  });

  it('watches a kind once, however often it is told to', async () => {
    for (let times = 0; times < 3; times += 1) watches.begin(configMaps);
    await eventually('it is open', () => watches.viewOf(configMaps).mark());
    expect(server.asked.filter(({ path }) => path.includes('watch=true'))).toHaveLength(1);
  });
});
