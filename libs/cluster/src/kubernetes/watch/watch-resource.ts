import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';
import { createLineSplitter } from '../../local/line-splitter.ts';
import { ApiError } from '../client/api-error.ts';
import { asBare, asBareList, toPath } from '../client/resources.ts';
import type { Resource } from '../client/resources.ts';
import type { Transport } from '../client/transport.ts';
import { afterWatch, isAsNewAs, isUnknownVersion, readWatchEvent } from './watch-step.ts';
import type { WatchEnd, WatchState } from './watch-step.ts';

export interface WatchOptions {
  readonly transport: Transport;
  readonly namespace: string;
  readonly resource: Resource;
  readonly labelSelector?: string;
  readonly clock: Clock;
  /** Something has changed, or may have. */
  readonly onHint: () => void;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** How long the server keeps one watch open; some of it longer without a sign of life counts as a stall. */
  readonly windowMs?: number;
}

/** A watch that goes on until it is stopped. */
export interface Watch {
  /**
   * How much it has told so far: as long as this stands, nothing has changed. Undefined while it may be missing something, because it
   * is not open or has shown no sign of life for too long.
   */
  told(): number | undefined;
  /** The version that it began from, or of the last change that it told. */
  version(): string | undefined;
  stop(): Promise<void>;
}

const listSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const graceMs = 15_000;
/** The API server sends a bookmark about every minute. */
const longestSilenceMs = 90_000;
/** Metadata alone is sent, so that a line is short; longer ones are not events. */
const longestLine = 4_194_304;

/** Watches one kind of object until it is stopped. What it sees are hints, never the truth. */
export function watchResource(options: WatchOptions): Watch {
  const { transport, namespace, resource, labelSelector, clock } = options;
  const { random = Math.random, windowMs = 240_000 } = options;
  const stopping = new AbortController();
  let state: WatchState = { failures: 0 };
  let lived = false;
  let current: AbortController | undefined;
  let hints = 0;
  /** The version of the last change, or of the beginning. */
  let changedAt: string | undefined;
  /** When the watch that is open was heard of last. */
  let heardOn: number | undefined;

  const hint = (): void => {
    hints += 1;
    options.onHint();
  };

  /**
   * The version that a watch begins from, rather than with an event for every object that is there.
   * @param held is gone on from, unless the server was restored to before it: such a watch would wait for its turn in silence
   */
  const begin = async (held: string | undefined, signal: AbortSignal): Promise<string> => {
    const path = toPath(resource, namespace, undefined, { limit: 1, labelSelector });
    const { metadata } = listSchema.parse(
      await transport.ask({ method: 'GET', path, accept: asBareList, signal }),
    );
    if (held !== undefined && isAsNewAs(metadata.resourceVersion, held)) return held;
    // Since the last list something may have changed that no event will tell.
    hint();
    changedAt = metadata.resourceVersion;
    return metadata.resourceVersion;
  };

  const isEarlier = (version: string): boolean =>
    state.resourceVersion !== undefined && !isAsNewAs(version, state.resourceVersion);

  const once = async (): Promise<WatchEnd> => {
    const ending = new AbortController();
    current = ending;
    const timeoutSeconds = Math.ceil((windowMs * (0.75 + random() / 4)) / 1_000);
    let end: WatchEnd = { how: 'closed' };
    const finish = (reason: WatchEnd): void => {
      end = reason;
      ending.abort(new Error('the watch has ended'));
    };
    const stall = new AbortController();
    clock.sleep(timeoutSeconds * 1_000 + graceMs, stall.signal).then(
      () => {
        finish({ how: 'stalled' });
      },
      () => {},
    );
    const splitter = createLineSplitter((line) => {
      if (ending.signal.aborted) return;
      const event = readWatchEvent(line);
      if (event.is === 'expired') finish({ how: 'expired' });
      else if (event.is === 'error') finish({ how: 'failed' });
      // Within one watch versions only grow.
      else if (isEarlier(event.resourceVersion)) finish({ how: 'expired' });
      else {
        state = { ...state, resourceVersion: event.resourceVersion };
        lived = true;
        heardOn = clock.monotonic();
        if (event.is === 'change') {
          changedAt = event.resourceVersion;
          hint();
        }
      }
    }, longestLine);
    try {
      const held = state.resourceVersion;
      const resourceVersion =
        held !== undefined && state.failures === 0 ? held : await begin(held, ending.signal);
      state = { ...state, resourceVersion };
      await transport.stream(
        {
          method: 'GET',
          path: toPath(resource, namespace, undefined, {
            watch: true,
            allowWatchBookmarks: true,
            timeoutSeconds,
            labelSelector,
            resourceVersion,
          }),
          accept: asBare,
          signal: ending.signal,
        },
        () => {
          heardOn = clock.monotonic();
        },
        (chunk) => {
          splitter.push(chunk);
        },
      );
    } catch (error) {
      if (!ending.signal.aborted) end = toEnd(error);
    } finally {
      stall.abort();
      heardOn = undefined;
    }
    return end;
  };

  const isStopping = (): boolean => stopping.signal.aborted;
  const run = async (): Promise<void> => {
    while (!isStopping()) {
      lived = false;
      const end = await once();
      if (isStopping()) return;
      const step = afterWatch(state, end, lived, random());
      ({ state } = step);
      if (step.hint) hint();
      await clock.sleep(step.pauseMs, stopping.signal).catch(() => {});
    }
  };
  const running = run();

  return {
    told: () =>
      heardOn !== undefined && clock.monotonic() - heardOn <= longestSilenceMs ? hints : undefined,
    version: () => changedAt,
    async stop() {
      stopping.abort(new Error('the watch is being stopped'));
      current?.abort(stopping.signal.reason);
      await running;
    },
  };
}

function toEnd(error: unknown): WatchEnd {
  if (!(error instanceof ApiError)) return { how: 'failed' };
  if (isUnknownVersion(error.code, error.causes)) return { how: 'expired' };
  const { retryAfterMs } = error;
  return { how: 'failed', ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
