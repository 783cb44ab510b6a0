import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { goodToken } from '@ccd/controlplane/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstEntities, toItems } from './testing/hostile/honest.ts';
import { consistent } from './testing/hostile/lies.ts';
import { worldOf } from './testing/hostile/oracle.ts';
import { startHostileRig } from './testing/hostile/rig.ts';
import type { HostileRig } from './testing/hostile/rig.ts';
import { poorTokens, tokenTricks } from './testing/hostile/token-tricks.ts';

const honest = toItems(firstEntities);
/** Three agents poll twice and report once; each may try a call four times. */
const mostRequests = 3 * (2 + 1) * 4;

describe('an endpoint of tokens that is hostile', () => {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);
  let visitors = 0;
  const elsewhere = createServer((request, response) => {
    visitors += 1;
    request.resume();
    response.end(goodToken.body);
  });
  let rig: HostileRig;

  beforeAll(async () => {
    process.on('unhandledRejection', onRejection);
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    rig = await startHostileRig();
    rig.server.answerWith((list) => consistent(honest, list, { number: 10n }));
    await rig.start();
    await rig.poll();
    rig.writes.take();
  });
  afterAll(async () => {
    await rig.stop();
    elsewhere.close();
    process.off('unhandledRejection', onRejection);
  });

  const told = () => rig.agents.map((agent) => rig.lastRun(agent)?.fields);
  const reasonsOfAll = () => told().map((fields) => fields?.['reason']);

  async function followTheTruth(): Promise<void> {
    rig.server.answerTokensWith(goodToken);
    const isCalm = () => reasonsOfAll().every((reason) => reason === 'Converged');
    for (let polls = 0; polls < 10 && !isCalm(); polls += 1) await rig.poll();
    expect(reasonsOfAll()).toEqual(rig.agents.map(() => 'Converged'));
    expect(rig.writes.take()).toEqual([]);
    expect(await rig.world()).toEqual(worldOf(firstEntities));
  }

  it.each(tokenTricks)(
    'that answers with $name stops nothing that runs, is named as the reason, and is not asked without end',
    async ({ reply, told: why }) => {
      const { port } = elsewhere.address() as AddressInfo;
      rig.server.answerTokensWith(reply(`http://127.0.0.1:${port}/`, rig.server.authUrl));
      await rig.restart();
      const before = rig.server.tokensAsked();
      await rig.poll();
      expect(reasonsOfAll()).toEqual(rig.agents.map(() => 'ControlPlaneUnreachable'));
      for (const fields of told()) expect(fields?.['detail']).toMatch(why);
      expect(rig.server.tokensAsked() - before).toBeLessThanOrEqual(mostRequests);
      expect(rig.writes.take()).toEqual([]);
      await followTheTruth();
      expect(visitors).toBe(0);
    },
  );

  it.each(poorTokens)('that gives $name is lived with, within bounds', async ({ reply }) => {
    rig.server.answerTokensWith(reply);
    await rig.restart();
    const before = rig.server.tokensAsked();
    await rig.poll();
    expect(reasonsOfAll()).toEqual(rig.agents.map(() => 'Converged'));
    expect(rig.server.tokensAsked() - before).toBeLessThanOrEqual(mostRequests);
    await followTheTruth();
  });

  it('learns and says nothing that it was not meant to', () => {
    const logs = rig.logs();
    expect(logs).not.toContain('very-secret');
    expect(logs).not.toContain('tokenlike');
    expect(Math.max(...logs.split('\n').map((line) => line.length))).toBeLessThan(20_000);
    expect(rejections).toEqual([]);
  });
});
