import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createFailpointControl, eventually } from '@ccd/testkit';
import { z } from 'zod';
import { installationSettings } from '../installation-settings.ts';
import type { Rig } from '../rig.ts';
import { postEvent } from '../send-events.ts';
import type { ExampleEvent } from '../send-events.ts';
import type { Canaries } from './planted.ts';

const program = resolve(import.meta.dirname, '../../../../event-gateway/src/main.ts');
const keysSchema = z.object({ KEY_ENCRYPTION_KEYS: z.string(), KEY_LOOKUP_SECRET: z.string() });

interface Place {
  readonly dataDir: string;
  readonly folder: string;
  readonly rig: Rig;
  /** Of a stream of the system. */
  readonly token: string;
  readonly event: ExampleEvent;
}

/**
 * All that a gateway of its own says from its start until it dies, in the midst of an event, of an error that nobody
 * caught and that has the event's values in it.
 */
export async function lastWordsOfGateway(
  { dataDir, folder, rig, token, event }: Place,
  { of }: Canaries,
): Promise<string> {
  const { authUrl, credentials, engines } = rig.system;
  const keys = keysSchema.parse(JSON.parse(await readFile(join(dataDir, 'keys.json'), 'utf8')));
  const failpoints = createFailpointControl(join(folder, 'failpoints'));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...failpoints.nodeArguments, program],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: '/usr/bin:/bin',
        LOG_LEVEL: 'trace',
        ...installationSettings(new URL(authUrl).hostname, authUrl, credentials),
        STRM_GATEWAY_PORT: '0',
        ...engines.dataPlane,
        CACHE_DIR: join(folder, 'gateway-cache'),
        INSTANCE_ID: 'crashing',
        ...keys,
        ...failpoints.environment,
      },
    },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((end) => child.once('close', end));
  try {
    const url = await eventually('the gateway', () => /"url":"(http:[^"]+)"/.exec(text)?.[1], 60_000);
    const armed = failpoints.armCrash('gateway.beforeProduce', of('crash'));
    await eventually(
      'the crash',
      async () => {
        await postEvent(`${url}/event`, token, event).catch(() => 0);
        return armed.hasFired();
      },
      60_000,
      100,
    );
    const code = await ended;
    if (code !== 1 || !text.includes('an error that nobody caught') || !text.includes('armed to crash')) {
      throw new Error(`the gateway did not crash as it should have (${code})`);
    }
    return text;
  } finally {
    child.kill('SIGKILL');
  }
}
