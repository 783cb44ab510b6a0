import { eventually, scratchDir } from '@ccd/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contractAttacks, harmlessContracts } from './testing/hostile/contract-attacks.ts';
import { goodContract, startDataPlaneRig } from './testing/hostile/data-plane-rig.ts';
import type { DataPlaneRig } from './testing/hostile/data-plane-rig.ts';

const mostGrowthKiB = 400 * 1024;

const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

const dir = scratchDir();
let rig: DataPlaneRig;
let number = 0;
beforeAll(async () => {
  process.on('unhandledRejection', onRejection);
  rig = await startDataPlaneRig(dir);
  // What is compiled and asked for once is there by then.
  await rig.send(goodContract.ref);
});
afterAll(async () => {
  await rig.stop();
  process.off('unhandledRejection', onRejection);
});
function publish(contract: Partial<typeof goodContract>): string {
  number += 1;
  const ref = `acme/hostile-${number}/1.0.0`;
  const published = { ...goodContract, schemaId: 1_000 + number, ...contract, ref };
  rig.contracts.set(ref, published);
  rig.schemas.set(published.schemaId, published.schema.definition);
  return ref;
}

const warnings = (ref: string) =>
  rig.gatewayLog().filter((entry) => JSON.stringify(entry.fields).includes(`contract ${ref} `));

/** The answer to an event of that contract, while an event of another contract is accepted. */
async function publishAndSend(contract: Partial<typeof goodContract>) {
  const ref = publish(contract);
  const [refused, good, alive] = await Promise.all([
    rig.send(ref),
    rig.send(goodContract.ref),
    rig.isAlive(),
  ]);
  expect([good.status, alive]).toEqual([204, 200]);
  return { ref, refused };
}

describe('a gateway whose events name a contract with', () => {
  it.each(contractAttacks.filter(({ isAnswer }) => isAnswer))(
    '$tries: 400, while others go on',
    async ({ contract, told }) => {
      const { ref, refused } = await publishAndSend(contract);
      expect(refused).toEqual({ status: 400, body: `Data contract '${ref}' cannot be used` });
      expect((await rig.send(ref, { schemaRef: ref })).status).toBe(400);
      expect(warnings(ref)).toMatchObject([
        { level: 'warn', fields: { reason: 'UnusableContract', detail: expect.stringMatching(told) } },
      ]);
      expect(rig.asked(ref)).toBe(1);
    },
  );

  it.each(contractAttacks.filter(({ isAnswer }) => !isAnswer))(
    '$tries: 503, since nobody knows what the contract is, asked for once in a while',
    async ({ contract, told }) => {
      const { ref, refused } = await publishAndSend(contract);
      expect(refused).toEqual({
        status: 503,
        body: 'The control plane gives no answer that can be used; try again',
      });
      expect(JSON.stringify(rig.gatewayLog().at(-1)?.fields)).toMatch(told);
      expect((await rig.send(ref)).status).toBe(503);
      expect(rig.asked(ref)).toBe(1);
    },
  );

  it.each(Object.entries(harmlessContracts))('%s: it is used as it is', async (_case, contract) => {
    const ref = publish(contract);
    const session = 'a'.repeat(5_000);
    expect((await rig.send(ref, { schemaRef: ref, session })).status).toBe(204);
  });

  it('a pattern that explodes elsewhere: an event that does not match is told so at once', async () => {
    const ref = publish({ validations: [{ field: 'session', regex: '^(a+)+$' }] });
    const session = `${'a'.repeat(5_000)}!`;
    expect(await rig.send(ref, { schemaRef: ref, session })).toEqual({
      status: 400,
      body: `Field: 'session' in event with schema: '${ref}' with value: '${session}' doesn't match regex: '^(a+)+$'`,
    });
  });

  it('what was refused: it is not compiled again for each event, nor does memory grow', async () => {
    const some = contractAttacks.filter(({ isAnswer }, index) => isAnswer && index % 4 === 0);
    const refs = some.map(({ contract }) => publish(contract));
    const before = process.resourceUsage().maxRSS;
    for (const ref of refs) await rig.send(ref);
    const [ref = ''] = refs.slice(-1);
    for (let sent = 0; sent < 100; sent += 1) expect((await rig.send(ref)).status).toBe(400);
    expect(warnings(ref)).toHaveLength(1);
    expect(rig.asked(ref)).toBe(1);
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(mostGrowthKiB);
  });
});

describe('workers whose events name a contract that cannot be used', () => {
  const attack = contractAttacks.find(({ tries }) => tries === 'short patterns for huge programs');
  const reasons = (service: { ready(): { reasons: readonly { reason: string }[] } }) =>
    service
      .ready()
      .reasons.map(({ reason }) => reason)
      .join();

  it('wait, and say for which contract and why; the decrypter as the exporter', async () => {
    const ref = publish(attack?.contract ?? {});
    await rig.store(ref, goodContract.schemaId);
    const decrypter = await rig.startDecrypter();
    const why = `contract ${ref} cannot be used: the patterns are too many, or too large, together`;
    await eventually('the decrypter says so', () => reasons(decrypter).includes(why));

    rig.schemas.set(99, `{"type":${'['.repeat(10_000)}${']'.repeat(10_000)}}`);
    await rig.store(ref, 99);
    const exporter = await rig.startExporter();
    const problem = 'schema 99 cannot be used: the schema nests deeper than 256 levels';
    await eventually('the exporter says so', () => reasons(exporter).includes(problem));
    expect(reasons(decrypter)).toContain(why);
  });
});

describe('whatever the contract', () => {
  it('leaves no rejection that nobody handled', () => {
    expect(rejections).toEqual([]);
  });
});
