/**
 * The gateway as it is, over a log that acknowledges at once or over the engines that its settings name.
 * usage: node gateway.ts <folder of the run> [--no-encryption] [--engines <settings as JSON>]
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createFakeControlPlane } from '@ccd/controlplane/testing';
import type { FieldCipher, FieldCipherFactory } from '@ccd/privacy';
import { systemClock as clock } from '@ccd/reconcile';
import { createLogger, loadConfig } from '@ccd/service';
import { configSchema, startEventGateway } from '../../src/index.ts';
import { readWorld } from '../world.ts';
import { serve } from './serve.ts';
import { createStandInLog } from './stand-in-log.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'no-encryption': { type: 'boolean' }, engines: { type: 'string' } },
});
const [folder = ''] = positionals;
const { authUrl, installationId, contract, clientStreams } = readWorld(folder);
const key = (fill: string): string => Buffer.alloc(32, fill).toString('base64');

const config = loadConfig(configSchema, {
  STRM_GATEWAY_PORT: '0',
  STRM_API_HOST: '127.0.0.1',
  STRM_AUTH_URL: authUrl,
  STRM_AUTH_CLIENT_ID: 'bench',
  STRM_AUTH_CLIENT_SECRET: 'bench',
  STRM_INSTALLATION_ID: installationId,
  KEY_LOOKUP_SECRET: key('l'),
  KEY_ENCRYPTION_KEYS: `bench:${key('k')}`,
  CACHE_DIR: join(folder, `cache-${process.pid}`),
  LOG_LEVEL: 'warn',
  ...(values.engines !== undefined && (JSON.parse(values.engines) as Record<string, string>)),
});

/** What the gateway costs when it encrypts nothing. */
const noCipher: FieldCipher = {
  encrypt: (text) => text,
  encryptAll: (texts) => [...texts],
  decrypt: (text) => text,
  decryptBytes: (source, start, end, target, at) => source.copy(target, at, start, end),
  destroy: () => {},
};
const noCiphers: FieldCipherFactory = { prepare: () => noCipher, prepareKeyset: () => noCipher };

const standIn = values.engines === undefined ? await createStandInLog() : undefined;
const gateway = await startEventGateway(config, {
  clock,
  logger: createLogger({ name: 'gateway', level: 'warn', format: 'text' }),
  controlPlane: createFakeControlPlane({ contracts: [contract], clientStreams }),
  ...(standIn && { log: standIn.log }),
  ...(values['no-encryption'] === true ? { ciphers: noCiphers } : {}),
});
serve(Number(new URL(gateway.url).port), standIn?.events);
