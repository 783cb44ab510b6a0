import type { ClientStream } from '@ccd/controlplane';
import type { ClientStreams, StreamTokens } from '@ccd/dataplane';
import type { Clock } from '@ccd/reconcile';
import type { Logger } from '@ccd/service';
import type { AcceptEvent } from './accept-event.ts';
import type { BodyOwner, BodyProblem } from './body-collector.ts';
import { BodyCollector } from './body-collector.ts';
import type { Call } from './call.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { GatewayResponse } from './gateway-response.ts';
import { encodingRefused, overloaded, pastDeadline, tooLarge, tooSlow } from './gateway-response.ts';
import type { Admission } from './handle-request.ts';
import { admit, responseToFailure } from './handle-request.ts';
import type { InFlight } from './in-flight.ts';
import { Running } from './in-flight.ts';
import type { StreamLimits } from './stream-limits.ts';
import type { UsageMarks } from './usage-marks.ts';

export interface EventRouteOptions {
  readonly accept: AcceptEvent;
  readonly tokens: StreamTokens;
  readonly streams: ClientStreams;
  readonly limits: StreamLimits;
  readonly usage: Pick<UsageMarks, 'accepted'>;
  readonly inFlight: InFlight;
  readonly gatewayMetrics: GatewayMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Largest body in bytes; beyond it 413. */
  readonly maxEventBytes: number;
  /** Whether clients are being sent away. */
  readonly isDraining: () => boolean;
}

/** `POST /event`. */
export function createEventRoute(options: EventRouteOptions): (call: Call) => void {
  return (call) => {
    new Exchange(options, call).begin();
  };
}

/**
 * One request and its answer. Its steps are methods that call the next one, and no async function: every wait costs a
 * turn of the queue and a promise, so that only what is not there is waited for.
 */
class Exchange extends Running implements BodyOwner {
  readonly #options: EventRouteOptions;
  readonly #call: Call;
  /** The client waits for a word before it sends its body. */
  #expectsContinue: boolean;
  /** Whose event has been counted. */
  #sender: ClientStream | undefined = undefined;
  #hasBody = false;
  #isAnswered = false;
  #bytesHeld = 0;
  #collector: BodyCollector | undefined = undefined;

  constructor(options: EventRouteOptions, call: Call) {
    super(options.clock.monotonic());
    this.#options = options;
    this.#call = call;
    this.#expectsContinue = call.expectsContinue;
  }

  begin(): void {
    const { inFlight } = this.#options;
    if (!inFlight.begin(this)) {
      this.#answer(overloaded);
      return;
    }
    try {
      const admitted = admit(this.#options, this.#call.headers.authorization);
      if (admitted instanceof Promise) {
        admitted.then(
          (admission) => {
            this.#receive(admission);
          },
          (error: unknown) => {
            this.#fail(error);
          },
        );
      } else this.#receive(admitted);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What became of the event is then unknown, as after any lost answer. */
  expire(): void {
    if (this.#hasBody) {
      this.#answer(pastDeadline);
      return;
    }
    // The rest of the request is not waited for.
    this.#answer(tooSlow, true);
    this.#call.cutShort();
    this.#collector?.abort();
  }

  hold(bytes: number): boolean {
    const fits = this.#options.inFlight.hold(bytes);
    if (fits) this.#bytesHeld += bytes;
    return fits;
  }

  #receive(admission: Admission): void {
    if ('response' in admission) {
      this.#finish(admission.response);
      return;
    }
    const { sender } = admission;
    const refusal = this.#refusalOf(sender);
    if (refusal !== undefined) {
      this.#finish(refusal);
      return;
    }
    this.#sender = sender;
    // Whoever has been answered meanwhile sends no more.
    if (this.#isAnswered) {
      this.received('aborted');
      return;
    }
    if (this.#expectsContinue) {
      this.#expectsContinue = false;
      this.#call.sayContinue();
    }
    this.#collector = new BodyCollector(this, this.#options.maxEventBytes);
    this.#call.collect(this.#collector);
  }

  /** Undefined for a request whose body is to be read, which is then counted. */
  #refusalOf(sender: ClientStream): GatewayResponse | undefined {
    const { limits, maxEventBytes } = this.#options;
    const { headers } = this.#call;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') return encodingRefused;
    if (Number(headers['content-length'] ?? 0) > maxEventBytes) return tooLarge(maxEventBytes);
    return limits.take(sender);
  }

  received(outcome: Buffer | BodyProblem): void {
    if (!Buffer.isBuffer(outcome)) {
      // There is nobody left to answer where it was aborted.
      if (outcome === 'aborted') this.#end(false);
      else this.#finish(outcome === 'too-large' ? tooLarge(this.#options.maxEventBytes) : overloaded);
      return;
    }
    this.#hasBody = true;
    const sender = this.#sender;
    if (sender === undefined) throw new TypeError('a body is read for a sender');
    const { headers } = this.#call;
    try {
      const answer = this.#options.accept({
        stream: sender.stream,
        body: outcome,
        schemaRef: textOf(headers['strm-schema-ref']),
        serialization: textOf(headers['strm-serialization-type']),
      });
      if (answer instanceof Promise) {
        answer.then(
          (response) => {
            this.#finish(response);
          },
          (error: unknown) => {
            this.#fail(error);
          },
        );
      } else this.#finish(answer);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#finish(responseToFailure(error, this.#options.logger));
  }

  #finish(response: GatewayResponse): void {
    this.#answer(response);
    this.#end(response.status === 204);
  }

  #end(isAccepted: boolean): void {
    const { inFlight, limits, usage } = this.#options;
    if (this.#sender !== undefined) {
      if (isAccepted) usage.accepted(this.#sender.stream);
      else limits.giveBack(this.#sender);
    }
    inFlight.end(this, this.#bytesHeld);
  }

  #answer(response: GatewayResponse, isLast = false): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    const { gatewayMetrics, clock, isDraining } = this.#options;
    gatewayMetrics.answered(response.status, response.reason, (clock.monotonic() - this.startedAt) / 1_000);
    // Without the word for it no body comes: whatever came next would not be one.
    this.#call.answer(response, isLast || this.#expectsContinue || isDraining());
    if (!this.#hasBody) this.#call.passBody();
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : header?.[0];
