import { compileSchema, publicContracts } from '@ccd/contracts';
import type { Clock } from '@ccd/reconcile';
import type { ObjectStore } from '@ccd/storage';
import type { Bucket } from '../engines.ts';
import type { StrmOptions } from '../strm.ts';
import { strm } from '../strm.ts';
import { createExportCounter } from './count-exports.ts';
import { demo, demoContract, ensureDemo } from './demo-entities.ts';
import { createFollowedEvent } from './followed-event.ts';
import type { PlainEvent } from './followed-event.ts';
import { consentText } from './tally.ts';
import type { Tally } from './tally.ts';

export interface DemoOptions {
  /** Configuration and login of `strm`. */
  readonly strmFolder: string;
  /** Where the demo's exports appear. */
  readonly bucket: Bucket;
  /** The same, to look into. */
  readonly store: Pick<ObjectStore, 'list' | 'get'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Something to tell once. */
  readonly onLines: (lines: readonly string[]) => void;
  readonly onTally: (tally: Tally) => void;
}

const eventEveryMs = 200;
const tallyEveryMs = 1_000;
/** Before a part of the demo that ended is begun again. */
const pauseMs = 1_000;
/** Time in which it is no news that a part of the system is not there yet. */
const settlingMs = 30_000;

/** Makes the demo's entities, sends simulated events and tells what becomes of them, until the signal aborts. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { strmFolder, bucket, store, clock, signal, onLines, onTally } = options;
  const base: StrmOptions = { folder: strmFolder, clock, signal };
  await ensureDemo((argv) => strm(argv, base), strmFolder, bucket);

  const startedAt = clock.now();
  const sent = new Map<string, number>();
  const derived = new Map<string, number>([
    [demo.derived, 0],
    [demo.masked, 0],
  ]);
  const followed = createFollowedEvent({
    source: demo.source,
    derived: [...derived.keys()],
    purposes: [1, 2, 3],
    onComplete: (lines) => {
      onLines(['', 'One event, followed:', ...lines, '']);
    },
  });
  const schema = compileSchema(
    publicContracts.find(({ ref }) => ref === demoContract)?.schema.definition ?? '',
  );

  const watching: typeof globalThis.fetch = async (input, init) => {
    if (!(init?.body instanceof Uint8Array)) return fetch(input, init);
    const event = asEvent(schema.toJson(schema.decode(Buffer.from(init.body)), 'plain'));
    followed.sent(event, clock.now());
    const response = await fetch(input, init);
    if (response.status === 204) {
      const purposes = consentText(event.strmMeta.consentLevels);
      sent.set(purposes, (sent.get(purposes) ?? 0) + 1);
    }
    return response;
  };

  async function showTally(): Promise<void> {
    const count = createExportCounter(store);
    let before: ReadonlySet<string> | undefined;
    let told = false;
    while (!signal.aborted) {
      // A store that is away for a moment is looked into the next time.
      const exports = await count().catch(() => undefined);
      if (exports === undefined) {
        await clock.sleep(tallyEveryMs, signal).catch(() => {});
        continue;
      }
      before ??= new Set(exports.objects);
      const known = before;
      const first = exports.objects.find((key) => !known.has(key));
      if (first !== undefined && !told) {
        told = true;
        const seconds = Math.round((clock.now() - startedAt) / 1_000);
        onLines([`First new file, ${seconds} s after the demo began: ${bucket.where}/${first}`]);
      }
      onTally({
        sent,
        derived,
        files: exports.objects.length,
        exportedEvents: exports.events,
        exportedKeys: exports.keys,
      });
      await clock.sleep(tallyEveryMs, signal).catch(() => {});
    }
  }

  /** Runs a command that goes on until it is stopped; one that ends by itself says why, and is begun again. */
  async function keepRunning(
    what: string,
    argv: readonly string[],
    more: Partial<StrmOptions>,
  ): Promise<void> {
    let said = '';
    while (!signal.aborted) {
      try {
        await strm(argv, { ...base, ...more });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        // At first the agents are still making what the parts need.
        const early = clock.now() - startedAt < settlingMs;
        if (reason !== said && !early) onLines([`${what}: ${reason}`]);
        if (!early) said = reason;
      }
      await clock.sleep(pauseMs, signal).catch(() => {});
    }
  }

  const listen = (stream: string) =>
    keepRunning(`Reading ${stream}`, ['listen', 'web-socket', stream], {
      onOutput(line) {
        const event = asEvent(line);
        derived.set(stream, (derived.get(stream) ?? 0) + 1);
        followed.seen(stream, event);
      },
    });
  const listenToSource = keepRunning(`Reading ${demo.source}`, ['listen', 'web-socket', demo.source], {
    onOutput: (line) => {
      followed.seen(demo.source, asEvent(line));
    },
  });
  await Promise.all([
    listenToSource,
    ...[...derived.keys()].map(listen),
    keepRunning(
      'Simulated events',
      ['simulate', 'random-events', demo.source, '--interval', `${eventEveryMs}`, '--quiet'],
      { fetch: watching },
    ),
    showTally(),
  ]);
}

// What our own simulator sent and our own web socket answered.
const asEvent = (json: string): PlainEvent => JSON.parse(json) as PlainEvent;
