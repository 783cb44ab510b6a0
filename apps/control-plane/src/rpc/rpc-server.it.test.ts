import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { monitoring, protocolRegistry } from '@ccd/protocol';
import { describe, expect, it } from '@jest/globals';
import { useServiceRig } from '../testing/use-service-rig.ts';
import { accessRules } from './access.ts';
import { createRpcServer } from './rpc-server.ts';

const rig = useServiceRig();

const services = [...protocolRegistry()].filter((type) => type.kind === 'service');
const methods = services.flatMap((service) =>
  service.methods.map(({ name }) => ({
    service,
    name,
    isOffered: name in (accessRules[service.name] ?? {}),
  })),
);

/** What somebody without a token is told; an empty request does for every kind of method. */
async function outcomeOf(path: string): Promise<string> {
  const empty = { path, requestSerialize: () => Buffer.alloc(0), responseDeserialize: () => 'an answer' };
  try {
    return await rig().call(empty, undefined, 'nobody');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe(createRpcServer, () => {
  it('asks who calls, method by method, where it is offered, and says in a sentence where it is not', async () => {
    expect(methods.length).toBeGreaterThan(130);
    const outcomes = methods.map(async ({ service, name, isOffered }) => ({
      method: `${service.name}/${name}`,
      isOffered,
      outcome: await outcomeOf(`/${service.typeName}/${name}`),
    }));
    expect(await Promise.all(outcomes)).toEqual(
      methods.map(({ service, name, isOffered }) => ({
        method: `${service.name}/${name}`,
        isOffered,
        outcome: isOffered
          ? '16 UNAUTHENTICATED: nobody'
          : `12 UNIMPLEMENTED: ${name} of ${service.name} is not offered by this control plane yet`,
      })),
    );
  });

  it('ends streams of answers as finished when it is about to stop', async () => {
    const call = rig().follow(
      monitoring.MonitoringServiceService.getEntityState,
      monitoring.GetEntityStateRequest.create(),
    );
    const ended = once(call.resume(), 'status');
    await once(call, 'metadata');
    rig().endStreams();
    await expect(ended).resolves.toMatchObject([{ code: status.OK }]);
  });
});
