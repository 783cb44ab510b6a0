import type {
  ClientRegistry,
  Realm,
  RegisteredClient,
  SigningKeyStore,
  StoredSigningKey,
} from '../../principals.ts';

/** Clients and keys of a test, in memory. */
export interface MemoryRegistry {
  readonly clients: ClientRegistry;
  readonly keys: SigningKeyStore;
  readonly storedKeys: ReadonlyMap<string, StoredSigningKey>;
  add(realm: Realm, clientId: string, secret: string, email?: string): void;
  remove(realm: Realm, clientId: string): void;
  /** Makes every look-up fail from now on. */
  breakDown(): void;
}

export function createMemoryRegistry(): MemoryRegistry {
  const clients = new Map<string, RegisteredClient>();
  const storedKeys = new Map<string, StoredSigningKey>();
  let broken = false;
  const keyOf = (realm: Realm, clientId: string): string => `${realm}/${clientId}`;
  return {
    storedKeys,
    clients: {
      async findClient(realm, clientId) {
        if (broken) throw new Error('the database is away');
        return clients.get(keyOf(realm, clientId));
      },
    },
    keys: {
      load: async () => [...storedKeys.values()],
      save: async (key) => {
        storedKeys.set(key.kid, key);
      },
      remove: async (kid) => {
        storedKeys.delete(kid);
      },
    },
    add(realm, clientId, secret, email) {
      clients.set(keyOf(realm, clientId), {
        clientId,
        subject: `subject of ${clientId}`,
        verifySecret: (given) => given === secret,
        ...(email !== undefined && { email }),
      });
    },
    remove(realm, clientId) {
      clients.delete(keyOf(realm, clientId));
    },
    breakDown() {
      broken = true;
    },
  };
}
