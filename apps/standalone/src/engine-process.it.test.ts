import { join } from 'node:path';
import { systemClock } from '@ccd/reconcile';
import { createFakeClock } from '@ccd/reconcile/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createEngineProcess } from './engine-process.ts';
import type { EngineProcessOptions } from './engine-process.ts';
import { socketPathOf } from './socket-path.ts';

describe(createEngineProcess, () => {
  const dataDir = scratchDir();
  const started: { stop: () => Promise<void> }[] = [];
  afterEach(async () => {
    for (const engine of started.splice(0)) await engine.stop();
  });

  function engineOn(folder: string, options: Partial<EngineProcessOptions> = {}) {
    const lines: string[] = [];
    const crashes: string[] = [];
    const { pid, start, stop, ready } = createEngineProcess({
      entry: join(import.meta.dirname, 'engine-main.ts'),
      environment: {
        ENGINE_DATA_DIR: join(folder, 'engine'),
        EVENTLOG_SOCKET: socketPathOf(folder),
        LOG_FORMAT: 'json',
      },
      clock: systemClock,
      onLine: (line) => lines.push(line),
      onCrash: (ending) => crashes.push(ending),
      ...options,
    });
    const signal = new AbortController().signal;
    const engine = { start: () => start(signal), stop: () => stop(signal), ready, pid, lines, crashes };
    started.push(engine);
    return engine;
  }

  it('starts an engine again that was killed, and says so', async () => {
    const engine = engineOn(`${dataDir}-killed`);
    await engine.start();
    const first = engine.pid();
    if (first === undefined) throw new Error('no engine runs');
    process.kill(first, 'SIGKILL');
    await eventually(
      'a second engine works',
      () => engine.pid() !== first && engine.ready() === true,
      20_000,
      50,
    );
    expect(engine.crashes).toEqual(['SIGKILL']);
  });

  it('waits for a predecessor that is about to leave the folder', async () => {
    const folder = `${dataDir}-shared`;
    const first = engineOn(folder);
    await first.start();
    const second = engineOn(folder);
    const starting = second.start();
    await eventually('the second one was turned away', () => second.lines.length > 0, 20_000, 50);
    await first.stop();
    await starting;
    expect(second.ready()).toBe(true);
  });

  it('says who has the folder when nobody leaves it', async () => {
    const folder = `${dataDir}-kept`;
    await engineOn(folder).start();
    const clock = createFakeClock();
    const second = engineOn(folder, { clock });
    const starting = second.start();
    starting.catch(() => {});
    let ended = false;
    void starting.catch(() => {
      ended = true;
    });
    await eventually(
      'the second one gave up',
      async () => {
        await clock.advance(2_000);
        return ended;
      },
      20_000,
      50,
    );
    await expect(starting).rejects.toThrow(/another engine works on .*-kept\/engine/);
  });
});
