/** The three kinds of callers, each with a realm of its own that issues its tokens. */
export type Realm = 'users' | 'streams' | 'installations';

const userRoles = ['ADMIN', 'PROJECT_ADMIN', 'APPROVER', 'MEMBER'] as const;

export type UserRole = (typeof userRoles)[number];

export function isUserRole(text: string): text is UserRole {
  return userRoles.some((role) => role === text);
}

/** Who calls, resolved from a verified token against the database. */
export type Principal =
  | {
      readonly realm: 'users';
      readonly userId: string;
      readonly email: string;
      readonly organizationId: string;
      readonly roles: readonly UserRole[];
    }
  | { readonly realm: 'installations'; readonly installationId: string; readonly organizationId: string }
  | { readonly realm: 'streams'; readonly clientId: string };

/** A client that may ask for tokens. */
export interface RegisteredClient {
  readonly clientId: string;
  /** Compares in constant time. */
  verifySecret(secret: string): boolean;
  /** `sub` of the token. */
  readonly subject: string;
  /** `email` of the token; the command line needs it for users. */
  readonly email?: string;
  /** `installationId` of the token: the installation whose data plane may accept it. */
  readonly installationId?: string;
}

/** Where the token endpoints look clients up. */
export interface ClientRegistry {
  findClient(realm: Realm, clientId: string): Promise<RegisteredClient | undefined>;
}

export interface StoredSigningKey {
  readonly kid: string;
  readonly algorithm: string;
  /** JSON Web Keys as JSON text; the private one is encrypted at rest by the store. */
  readonly privateJwk: string;
  readonly publicJwk: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface SigningKeyStore {
  load(): Promise<readonly StoredSigningKey[]>;
  save(key: StoredSigningKey): Promise<void>;
  remove(kid: string): Promise<void>;
}

/** What a verified token says. */
export interface VerifiedToken {
  readonly realm: Realm;
  readonly clientId: string;
  /** Wall time in milliseconds from which on the token is not accepted any more. */
  readonly acceptedUntil: number;
}

export interface TokenVerifier {
  /** @throws InvalidTokenError with a reason for the caller, without a part of the token */
  verify(token: string): Promise<VerifiedToken>;
}
