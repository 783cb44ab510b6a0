import { describe, expect, it } from '@jest/globals';
import type { DesiredDataConnector } from '../domain.ts';
import { createFakeControlPlane } from './fake-control-plane.ts';
import { sampleContract } from './sample-contract.ts';

const never = new AbortController().signal;
const connector: DesiredDataConnector = { uuid: 'u1', name: 'n', projectId: 'p', location: '{}' };

describe(createFakeControlPlane, () => {
  it('answers what its state says at the time of the call', async () => {
    const controlPlane = createFakeControlPlane({ contracts: [sampleContract()] });
    const before = await controlPlane.desiredDataConnectors(never);
    controlPlane.state.dataConnectors = [connector];
    const after = await controlPlane.desiredDataConnectors(never);
    expect([before.items.length, after.items.length]).toEqual([0, 1]);
    expect(before.digest).not.toBe(after.digest);
    await expect(controlPlane.contract('acme/demo/1.0.0', never)).resolves.toEqual(sampleContract());
  });

  it('fails every call while it is told to, and counts them', async () => {
    const failure = new Error('away');
    const controlPlane = createFakeControlPlane({ failure });
    await expect(controlPlane.desiredStreams(never)).rejects.toBe(failure);
    expect(controlPlane.calls.get('desiredStreams')).toBe(1);
  });

  it('plays a foreign control plane without revisions', async () => {
    const controlPlane = createFakeControlPlane({ revision: undefined });
    await expect(controlPlane.desiredStreams(never)).resolves.not.toHaveProperty('revision');
  });
});
