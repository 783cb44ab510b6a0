export interface Sender {
  readonly authUrl: string;
  readonly eventsUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An event of the public example contract. */
export interface ExampleEvent {
  readonly strmMeta: { readonly eventContractRef: string; readonly consentLevels: readonly number[] };
  readonly uniqueIdentifier: string;
  readonly consistentValue: string;
  readonly someSensitiveValue: string;
  readonly notSensitiveValue: string;
}

export const exampleContract = 'strmprivacy/example/1.5.0';

/** A token of a stream, as any OAuth client asks for it. */
export async function fetchToken({ authUrl, clientId, clientSecret }: Sender): Promise<string> {
  const response = await fetch(`${authUrl}/auth/realms/streams/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

/** Sends one event and answers with the status. @throws when the gateway cannot be reached */
export async function postEvent(eventsUrl: string, token: string, event: ExampleEvent): Promise<number> {
  const response = await fetch(eventsUrl, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'strm-schema-ref': event.strmMeta.eventContractRef,
      'strm-serialization-type': 'application/json',
      'content-type': 'application/json',
    },
    body: JSON.stringify(event),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Does the work for each item, so many at once. */
export async function inParallel<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
