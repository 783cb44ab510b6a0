import { createTestAuthority } from './authority.ts';
import type { TestCertificate } from './authority.ts';

/** What tests of connections need: what a server must accept, and what it or its client must refuse. */
export interface TestCertificates {
  /** PEM of the authority that both sides trust. */
  readonly ca: string;
  readonly server: TestCertificate;
  readonly client: TestCertificate;
  readonly expiredServer: TestCertificate;
  readonly expiredClient: TestCertificate;
  /** For `elsewhere.example` alone. */
  readonly serverOfOtherHost: TestCertificate;
  /** PEM of an authority that nobody trusts, and what it has issued. */
  readonly strangeCa: string;
  readonly strangeServer: TestCertificate;
  readonly strangeClient: TestCertificate;
}

/** Makes all of them anew. `client` is the `CN` of the client's, which servers take for the user's name. */
export async function createTestCertificates({ client = 'client' } = {}): Promise<TestCertificates> {
  const [authority, stranger] = await Promise.all([
    createTestAuthority(),
    createTestAuthority('strange authority'),
  ]);
  const names = { server: 'localhost', client };
  return {
    ca: authority.ca,
    server: await authority.issue({ name: names.server }),
    client: await authority.issue({ name: names.client }),
    expiredServer: await authority.issue({ name: names.server, validity: 'expired' }),
    expiredClient: await authority.issue({ name: names.client, validity: 'expired' }),
    serverOfOtherHost: await authority.issue({ name: 'elsewhere.example', hosts: ['elsewhere.example'] }),
    strangeCa: stranger.ca,
    strangeServer: await stranger.issue({ name: names.server }),
    strangeClient: await stranger.issue({ name: names.client }),
  };
}
