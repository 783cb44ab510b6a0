import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { ClusterUnavailableError } from '../../errors.ts';
import { json, startStandIn } from '../../testing/kubernetes/stand-in.ts';
import type { Answer, StandIn } from '../../testing/kubernetes/stand-in.ts';
import { createApiClient } from './api-client.ts';
import { createObjectClient } from './object-client.ts';
import type { ObjectClient } from './object-client.ts';
import { configMaps } from './resources.ts';
import { createTransport } from './transport.ts';
import type { Transport } from './transport.ts';

let server: StandIn;
let transport: Transport;
let objects: ObjectClient;
beforeEach(async () => {
  server = await startStandIn();
  transport = createTransport(server.connection, systemClock);
  const api = createApiClient({ transport, clock: systemClock, mayWrite: () => true, deadlineMs: 10_000 });
  objects = createObjectClient(api, 'n');
});
afterEach(async () => {
  transport.close();
  await server.stop();
});

const conflict = (message: string): Answer => json({ kind: 'Status', reason: 'Conflict', message }, 409);
const modified = conflict('the object has been modified');
const other = conflict('Precondition failed: UID in precondition: ours, UID in object meta: theirs');
const remove = (): Promise<void> => objects.remove(configMaps, 'a', 'ours', 'Background');

describe('a removal that meets a conflict', () => {
  it('is asked for again where it is not said that the object is another one', async () => {
    server.script(modified, modified, json({}));
    await remove();
    expect(server.asked).toHaveLength(3);
  });

  it('is no removal where it stays so', async () => {
    server.script(modified);
    await expect(remove()).rejects.toThrow(ClusterUnavailableError);
    expect(server.asked).toHaveLength(5);
  });

  it('is none of another object of the name, and at its end where there is none', async () => {
    server.script(other);
    await expect(remove()).rejects.toMatchObject({ code: 409 });
    server.script(modified, json({ kind: 'Status', reason: 'NotFound' }, 404));
    await remove();
  });
});
