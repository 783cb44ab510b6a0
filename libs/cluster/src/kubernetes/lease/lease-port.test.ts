import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { createTransport } from '../client/transport.ts';
import type { Transport } from '../client/transport.ts';
import { json, startStandIn } from '../../testing/kubernetes/stand-in.ts';
import type { StandIn } from '../../testing/kubernetes/stand-in.ts';
import { createLeasePort } from './lease-port.ts';

let server: StandIn;
let transport: Transport;
beforeEach(async () => {
  server = await startStandIn();
  transport = createTransport(server.connection, systemClock);
});
afterEach(async () => {
  transport.close();
  await server.stop();
});

describe(createLeasePort, () => {
  it('knows by its inventory that an agent has been led, and by nothing else', async () => {
    const port = createLeasePort(transport, 'n', 'agent');
    const there = new Set<string>();
    server.script((response, asked) => {
      json({}, there.has(asked.path) ? 200 : 404)(response, asked);
    });
    expect([await port.read(), await port.hasBeenLed()]).toEqual([undefined, false]);
    there.add('/prefix/api/v1/namespaces/n/configmaps/ccd-agent-inventory');
    expect([await port.read(), await port.hasBeenLed()]).toEqual([undefined, true]);
  });

  it('does not take a server that cannot say for one that says no', async () => {
    server.script(json({ kind: 'Status', code: 503 }, 503));
    const port = createLeasePort(transport, 'n', 'agent');
    await expect(port.hasBeenLed()).rejects.toMatchObject({ code: 503 });
    await expect(port.read()).rejects.toMatchObject({ code: 503 });
  });
});
