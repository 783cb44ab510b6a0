import type { TestCertificate } from './authority.ts';

/** What a server needs to speak TLS. */
export interface ServerTls {
  /** PEM of the authority whose clients it trusts. */
  readonly ca: string;
  readonly server: TestCertificate;
  /** Whether clients must show a certificate; they need none unless said. */
  readonly clients?: 'need no certificate' | 'need a certificate';
}
