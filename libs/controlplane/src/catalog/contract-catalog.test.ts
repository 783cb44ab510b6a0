import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { ControlPlaneUnavailableError, InvalidAnswerError } from '../errors.ts';
import { createFakeControlPlane } from '../testing/fake-control-plane.ts';
import { sampleContract } from '../testing/sample-contract.ts';
import { createContractCatalog } from './contract-catalog.ts';
import type { CatalogProblem } from './contract-catalog.ts';

const folder = scratchDir();
let folders = 0;
const ref = 'acme/demo/1.0.0';
const away = new ControlPlaneUnavailableError('GetDataContract', 'UNAVAILABLE', '');
const never = new AbortController().signal;

function setUp(cacheDir = join(folder, (++folders).toString()), capacity = 2_000) {
  const controlPlane = createFakeControlPlane({ contracts: [sampleContract()] });
  const clock = createFakeClock();
  const problems: CatalogProblem[] = [];
  const onProblem = (problem: CatalogProblem): void => void problems.push(problem);
  const catalog = createContractCatalog({ controlPlane, cacheDir, clock, capacity, onProblem });
  return { controlPlane, clock, catalog, cacheDir, problems };
}

describe(createContractCatalog, () => {
  it('asks once, however many ask at once', async () => {
    const { catalog, controlPlane } = setUp();
    const answers = await Promise.all(Array.from({ length: 50 }, () => catalog.contract(ref)));
    expect(new Set(answers.map((contract) => contract?.ref))).toEqual(new Set([ref]));
    expect(controlPlane.calls.get('contract')).toBe(1);
    expect(catalog.known(ref)).toEqual(sampleContract());
  });

  it('tells an unknown reference from a control plane that is away', async () => {
    const { catalog, controlPlane } = setUp();
    await expect(catalog.contract('acme/none/1.0.0')).resolves.toBeUndefined();
    controlPlane.state.failure = away;
    await expect(catalog.contract('acme/other/1.0.0')).rejects.toBe(away);
  });

  it('takes a control plane that does not answer in time for one that is away', async () => {
    const controlPlane = { ...createFakeControlPlane(), contract: () => new Promise<never>(() => {}) };
    const clock = createFakeClock();
    const catalog = createContractCatalog({
      ...{ controlPlane, clock, cacheDir: join(folder, 'slow'), onProblem: () => {} },
    });
    let outcome: unknown;
    catalog.contract(ref).catch((error: unknown) => {
      outcome = error;
    });
    await eventually('an end', async () => {
      await clock.advance(1_000);
      return outcome !== undefined;
    });
    expect(outcome).toBeInstanceOf(ControlPlaneUnavailableError);
  });

  it('takes an unknown reference for unknown only briefly', async () => {
    const { catalog, controlPlane, clock } = setUp();
    controlPlane.state.contracts = [];
    await catalog.contract(ref);
    await catalog.contract(ref);
    expect(controlPlane.calls.get('contract')).toBe(1);
    controlPlane.state.contracts = [sampleContract()];
    await clock.advance(5_000);
    await expect(catalog.contract(ref)).resolves.toEqual(sampleContract());
  });

  it('knows after a restart without a control plane what it knew before', async () => {
    const before = setUp();
    await before.catalog.contract(ref);
    await before.catalog.stop();
    const after = setUp(before.cacheDir);
    after.controlPlane.state.failure = away;
    await expect(after.catalog.contract(ref)).resolves.toEqual(sampleContract());
    await expect(after.catalog.schemaById(7)).resolves.toBe(sampleContract().schema.definition);
  });

  it('stays pinned over a restart', async () => {
    const before = setUp();
    await before.catalog.contract(ref);
    const after = setUp(before.cacheDir);
    after.controlPlane.state.contracts = [sampleContract({ fields: [] })];
    await after.catalog.refresh(never);
    expect(after.catalog.known(ref)).toEqual(sampleContract());
    expect(after.problems).toEqual([{ kind: 'ContractChanged', subject: ref }]);
  });

  it('refreshes at the interval, and survives an outage in between', async () => {
    const { catalog, controlPlane, clock, problems } = setUp();
    await catalog.contract(ref);
    await catalog.start();
    controlPlane.state.failure = away;
    await clock.advance(60_000);
    expect(problems).toMatchObject([{ kind: 'RefreshFailed', subject: ref }]);
    expect(catalog.known(ref)?.state).toBe('ACTIVE');
    controlPlane.state.failure = undefined;
    controlPlane.state.contracts = [sampleContract({ state: 'ARCHIVED' })];
    await clock.advance(60_000);
    expect(catalog.known(ref)?.state).toBe('ARCHIVED');
    await catalog.stop();
    expect(clock.sleepers()).toBe(0);
  });

  it('never lets a schema id stand for another schema', async () => {
    const { catalog, controlPlane, problems } = setUp();
    await catalog.contract(ref);
    const other = sampleContract({
      ref: 'acme/other/1.0.0',
      schema: { kind: 'avro', definition: '"string"' },
    });
    controlPlane.state.contracts = [other];
    await expect(catalog.contract('acme/other/1.0.0')).rejects.toThrow('another one than its schema id');
    await expect(catalog.schemaById(7)).resolves.toBe(sampleContract().schema.definition);
    expect(problems).toEqual([{ kind: 'SchemaChanged', subject: '7' }]);
  });

  it('finds schemas of ids that came with no contract', async () => {
    const { catalog } = setUp();
    await expect(catalog.schemaById(7)).resolves.toBe(sampleContract().schema.definition);
    await expect(catalog.schemaById(8)).resolves.toBeUndefined();
  });

  it('holds no more than it may, and forgets what was used longest ago', async () => {
    const { catalog, controlPlane } = setUp(undefined, 2);
    const refs = ['acme/a/1.0.0', 'acme/b/1.0.0', 'acme/c/1.0.0'];
    controlPlane.state.contracts = refs.map((each, index) =>
      sampleContract({ ref: each, schemaId: index + 1 }),
    );
    for (const each of refs) await catalog.contract(each);
    expect(refs.map((each) => catalog.known(each)?.ref)).toEqual([undefined, refs[1], refs[2]]);
  });

  it('holds no more text than it may, whatever is sent', async () => {
    const { catalog, controlPlane } = setUp();
    const refs = Array.from({ length: 4 }, (_, index) => `acme/large-${index}/1.0.0`);
    controlPlane.state.contracts = refs.map((each, index) =>
      sampleContract({
        ref: each,
        schemaId: index + 1,
        schema: { kind: 'avro', definition: `"${index}${'x'.repeat(3_900_000)}"` },
      }),
    );
    for (const each of refs) await catalog.contract(each);
    expect(refs.filter((each) => catalog.known(each) !== undefined)).toEqual(refs.slice(-2));
  });

  it('asks for an answer that cannot be used again only after a while', async () => {
    const { catalog, controlPlane, clock } = setUp();
    const unusable = new InvalidAnswerError('GetDataContract', 'validations are too many');
    controlPlane.state.failure = unusable;
    await expect(catalog.contract(ref)).rejects.toBe(unusable);
    await expect(catalog.contract(ref)).rejects.toBe(unusable);
    expect(controlPlane.calls.get('contract')).toBe(1);
    controlPlane.state.failure = undefined;
    await clock.advance(5_000);
    await expect(catalog.contract(ref)).resolves.toEqual(sampleContract());
  });

  it('leaves one file that only its owner reads, and no debris', async () => {
    const { catalog, cacheDir } = setUp();
    await catalog.contract(ref);
    await catalog.stop();
    expect(readdirSync(cacheDir)).toEqual(['contracts.json']);
    expect(readFileSync(join(cacheDir, 'contracts.json'), 'utf8')).toContain(ref);
  });

  it.each(['{"half":', '{"version":1,"contracts":[{"contract":{}}],"schemas":[]}'])(
    'says so when the file is %s, and goes on',
    async (text) => {
      const { catalog, cacheDir, problems } = setUp();
      mkdirSync(cacheDir, { recursive: true });
      writeFileSync(join(cacheDir, 'contracts.json'), text);
      await expect(catalog.contract(ref)).resolves.toEqual(sampleContract());
      expect(problems.map(({ kind }) => kind)).toEqual(['CacheUnreadable']);
    },
  );

  it('says so when the file was changed by hand to weaken a contract', async () => {
    const before = setUp();
    await before.catalog.contract(ref);
    const file = join(before.cacheDir, 'contracts.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"isPii":true', '"isPii":false'));
    const after = setUp(before.cacheDir);
    await after.catalog.start();
    await after.catalog.stop();
    expect(after.problems.map(({ kind }) => kind)).toEqual(['CacheUnreadable']);
  });

  it('serves from memory when the disk does not take it', async () => {
    const { catalog, problems } = setUp('/dev/null/nowhere');
    await expect(catalog.contract(ref)).resolves.toEqual(sampleContract());
    expect(catalog.known(ref)).toBeDefined();
    expect(problems.map(({ kind }) => kind)).toContain('CacheUnwritable');
  });
});
