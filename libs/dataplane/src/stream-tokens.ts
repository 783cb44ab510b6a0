import type { Clock } from '@ccd/reconcile';
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { LRUCache } from 'lru-cache';

/** Why a token was refused; the message is fit for the sender and holds nothing of the token. */
export class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
  readonly reason: 'missing' | 'invalid' | 'expired' | 'no-client-id';

  constructor(reason: TokenRefusedError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** No key set is at hand, so no token can be judged; says nothing about the token. */
export class KeySetUnavailableError extends Error {
  override readonly name = 'KeySetUnavailableError';
  constructor(options?: ErrorOptions) {
    super('the keys that verify tokens could not be fetched, and none are cached', options);
  }
}

/** Where the public keys come from, and where they are kept between restarts. */
export interface KeySetSource {
  fetch(signal: AbortSignal): Promise<JSONWebKeySet>;
  loadCached(): Promise<JSONWebKeySet | undefined>;
  saveCached(keys: JSONWebKeySet): Promise<void>;
}

export interface StreamTokenOptions {
  /** `<authUrl>/auth/realms/streams`, compared with `iss` to the letter. */
  readonly issuer: string;
  /** `aud` that tokens for the data plane carry. @default 'ccd-data-plane' */
  readonly audience?: string;
  /** The installation that tokens must name; those of another one are refused, whoever signed them. */
  readonly installationId: string;
  readonly keys: KeySetSource;
  readonly clock: Clock;
  /** How long a key set is taken for current. @default 600 000 ms */
  readonly maxAgeMs?: number;
}

export interface StreamTokens {
  /**
   * The client id of a bearer header's token; at once where the token was verified before. Rejects with
   * TokenRefusedError or KeySetUnavailableError.
   */
  clientIdOf(authorization: string | undefined): string | Promise<string>;
}

const algorithms = ['RS256', 'ES256', 'EdDSA'];
const leewaySeconds = 30;
/** An unknown key id asks for fresh keys, but no sender may make us ask without end. */
const unknownKeyCooldownMs = 10_000;

interface Verified {
  readonly clientId: string;
  readonly expiresAtMs: number;
}

/**
 * Verified tokens are found by the end of the header that carries them, a part of the signature, since hashing all of it
 * is what a look-up costs; the whole header is then compared.
 */
const tailLength = 43;

interface KnownHeader extends Verified {
  readonly authorization: string;
}

/** Verifies tokens of the `streams` realm against its published keys, which are refreshed and survive restarts. */
export function createStreamTokens(options: StreamTokenOptions): StreamTokens {
  const { issuer, audience = 'ccd-data-plane', installationId, clock } = options;
  const verified = new LRUCache<string, KnownHeader>({ max: 10_000 });
  const keySet = new KeySet(options, () => {
    verified.clear();
  });

  async function verify(token: string): Promise<Verified> {
    const { payload } = await jwtVerify(token, (header, input) => keySet.resolve(header, input), {
      issuer,
      algorithms,
      clockTolerance: leewaySeconds,
      currentDate: new Date(clock.now()),
      requiredClaims: ['exp'],
      audience,
    });
    const clientId = payload['clientId'];
    if (payload['typ'] !== undefined && payload['typ'] !== 'Bearer') {
      throw new TokenRefusedError('invalid', 'Jwt is not an access token');
    }
    if (payload['installationId'] !== installationId) {
      throw new TokenRefusedError('invalid', 'Jwt is for another installation');
    }
    if (typeof clientId !== 'string' || clientId === '') {
      throw new TokenRefusedError('no-client-id', 'Client ID is missing in the provided JWT');
    }
    return { clientId, expiresAtMs: ((payload.exp ?? 0) + leewaySeconds) * 1000 };
  }

  function known(authorization: string): string | undefined {
    const found = verified.get(authorization.slice(-tailLength));
    return found?.authorization === authorization && found.expiresAtMs > clock.now()
      ? found.clientId
      : undefined;
  }

  async function find(authorization = ''): Promise<string> {
    const token = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw new TokenRefusedError('missing', 'Jwt is missing');
    await keySet.current();
    const found = known(authorization);
    if (found !== undefined) return found;
    try {
      const fresh = await verify(token);
      verified.set(authorization.slice(-tailLength), { ...fresh, authorization });
      return fresh.clientId;
    } catch (error) {
      throw toRefusal(error);
    }
  }

  return {
    clientIdOf: (authorization) =>
      (authorization !== undefined && keySet.isAtHand() ? known(authorization) : undefined) ??
      find(authorization),
  };
}

function toRefusal(error: unknown): unknown {
  if (error instanceof TokenRefusedError || error instanceof KeySetUnavailableError) return error;
  if (error instanceof errors.JWTExpired) return new TokenRefusedError('expired', 'Jwt is expired');
  if (error instanceof errors.JOSEError) return new TokenRefusedError('invalid', 'Jwt verification fails');
  return error;
}

type Resolver = ReturnType<typeof createLocalJWKSet>;

/** The published keys: the cached ones first, then fresh ones at intervals, then the stale ones while nobody answers. */
class KeySet {
  readonly #options: StreamTokenOptions;
  readonly #onChange: () => void;
  #resolver: Resolver | undefined;
  #serialised = '';
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(options: StreamTokenOptions, onChange: () => void) {
    this.#options = options;
    this.#onChange = onChange;
  }

  /** Makes sure that there is a key set, and starts a refresh of an old one without waiting for it. */
  async current(): Promise<void> {
    if (this.#resolver === undefined) {
      const cached = await this.#options.keys.loadCached();
      if (cached !== undefined) this.#use(cached);
      await this.#refresh();
      return;
    }
    this.#refreshIfOld();
  }

  /** Whether there is a key set, at once; an old one is then refreshed beside. */
  isAtHand(): boolean {
    if (this.#resolver === undefined) return false;
    this.#refreshIfOld();
    return true;
  }

  #refreshIfOld(): void {
    const { clock, maxAgeMs = 600_000 } = this.#options;
    if (clock.monotonic() - this.#fetchedAt > maxAgeMs) void this.#refresh();
  }

  async resolve(...[header, input]: Parameters<Resolver>): ReturnType<Resolver> {
    try {
      return await this.#resolveNow(header, input);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#refresh();
      return this.#resolveNow(header, input);
    }
  }

  #resolveNow(...[header, input]: Parameters<Resolver>): ReturnType<Resolver> {
    if (this.#resolver === undefined) throw new KeySetUnavailableError();
    return this.#resolver(header, input);
  }

  async #refresh(): Promise<void> {
    if (this.#options.clock.monotonic() - this.#attemptedAt < unknownKeyCooldownMs) return this.#fetching;
    this.#attemptedAt = this.#options.clock.monotonic();
    this.#fetching = this.#fetch();
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    const { keys, clock } = this.#options;
    try {
      const fresh = await keys.fetch(AbortSignal.timeout(5_000));
      this.#fetchedAt = clock.monotonic();
      if (this.#use(fresh)) await keys.saveCached(fresh);
    } catch {
      // Old keys go on verifying while the issuer is away; without any, every caller is told so.
    }
  }

  #use(keys: JSONWebKeySet): boolean {
    const serialised = JSON.stringify(keys);
    if (serialised === this.#serialised) return false;
    this.#resolver = createLocalJWKSet(keys);
    this.#serialised = serialised;
    this.#onChange();
    return true;
  }
}
