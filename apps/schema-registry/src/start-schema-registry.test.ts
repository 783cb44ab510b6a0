import { compileContract, encodeValue, publicContracts } from '@ccd/contracts';
import type { ContractDefinition } from '@ccd/contracts';
import { ControlPlaneUnavailableError } from '@ccd/controlplane';
import { createFakeControlPlane } from '@ccd/controlplane/testing';
import { createFakeClock } from '@ccd/reconcile/testing';
import { loadConfig } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { configSchema } from './config.ts';
import { startSchemaRegistry } from './start-schema-registry.ts';
import type { RunningSchemaRegistry } from './start-schema-registry.ts';

const [example] = publicContracts;
if (example === undefined) throw new Error('there is an example contract');
const contract: ContractDefinition = { ...example, schemaId: 7 };
const away = new ControlPlaneUnavailableError('GetDataContractSchemaDefinition', 'UNAVAILABLE', 'away');

const cacheDir = scratchDir();
const running: RunningSchemaRegistry[] = [];
afterEach(async () => {
  for (const registry of running.splice(0)) await registry.stop('the test is over');
});

async function setUp() {
  const controlPlane = createFakeControlPlane({ contracts: [contract] });
  const { logger, text } = createCapturingLogger();
  const config = loadConfig(configSchema, {
    STRM_REGISTRY_PORT: '0',
    INSTANCE_ID: 'registry-1',
    CACHE_DIR: cacheDir,
    STRM_API_HOST: 'localhost',
    STRM_AUTH_URL: 'http://localhost',
    STRM_AUTH_CLIENT_ID: 'ins-1',
    STRM_AUTH_CLIENT_SECRET: 'hush',
    STRM_INSTALLATION_ID: '8f14e45f-ceea-467f-a0a6-3b9ac9f5a001',
  });
  const registry = await startSchemaRegistry(config, { clock: createFakeClock(), logger, controlPlane });
  running.push(registry);
  return { registry, controlPlane, text };
}

/** A value as the gateway writes it. */
function valueOf(sensitive: string): Buffer {
  const { schema } = compileContract(contract);
  const event = schema.fromJsonText(
    JSON.stringify({
      strmMeta: { eventContractRef: contract.ref, consentLevels: [1] },
      uniqueIdentifier: null,
      consistentValue: 'session',
      someSensitiveValue: sensitive,
      notSensitiveValue: null,
    }),
  );
  return encodeValue('confluent', 7, schema, event);
}

describe(startSchemaRegistry, () => {
  it("explains the gateway's records to a Confluent client, also after a restart without a control plane", async () => {
    const before = await setUp();
    const decode = (host: string) => new SchemaRegistry({ host }).decode(valueOf('zoë'));
    const expected = {
      strmMeta: { eventContractRef: contract.ref },
      consistentValue: 'session',
      someSensitiveValue: 'zoë',
    };
    expect(await decode(before.registry.url)).toMatchObject(expected);
    await before.registry.stop('a restart');

    const after = await setUp();
    after.controlPlane.state.failure = away;
    expect(await decode(after.registry.url)).toMatchObject(expected);
    expect((await fetch(`${after.registry.url}/schemas/ids/8`)).status).toBe(503);
  });

  it('does not take a schema for unknown because the control plane was away', async () => {
    const { registry, controlPlane } = await setUp();
    controlPlane.state.contracts = [{ ...contract, schemaId: 9 }];
    controlPlane.state.failure = away;
    const status = async () => (await fetch(`${registry.url}/schemas/ids/9`)).status;
    expect(await status()).toBe(503);
    controlPlane.state.failure = undefined;
    expect(await status()).toBe(200);
  });

  it('reports how it is as the component that the protocol calls it', async () => {
    const { registry, controlPlane, text } = await setUp();
    await eventually('the report', () => controlPlane.componentStates.length > 0);
    await registry.stop('the test is over');
    expect(controlPlane.componentStates).toMatchObject([
      { component: 'CONFLUENT_SCHEMA_PROXY', instanceId: 'registry-1', state: 'RUNNING' },
      { component: 'CONFLUENT_SCHEMA_PROXY', instanceId: 'registry-1', state: 'SHUTTING_DOWN' },
    ]);
    expect(text()).not.toContain('hush');
  });
});
