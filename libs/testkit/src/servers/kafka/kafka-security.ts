import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServerSource } from '../source.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { writeTlsFiles } from '../tls/write-tls-files.ts';
import type { Properties } from './properties.ts';

/** Listeners beside the open one. */
export interface KafkaSecurity {
  /** Of both listeners; clients that `need a certificate` need it on SSL, not on SASL_SSL. */
  readonly tls: ServerTls;
  /** Passwords by user, for SASL_SSL with PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly users?: Readonly<Record<string, string>>;
  /** For SASL_SSL with OAUTHBEARER: JSON text of the keys that tokens may be signed with, and what they must claim. */
  readonly oauth?: { readonly jwks: string; readonly issuer: string; readonly audience: string };
}

/** What a broker needs for its secure listeners. */
export interface SecuritySetup {
  readonly properties: Properties;
  /** Arguments of `java`. */
  readonly java: readonly string[];
  /** Arguments of the program that formats a broker's folder. */
  readonly format: readonly string[];
}

const modules = 'org.apache.kafka.common.security';
const scrams = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** Writes the files that secure listeners need into a broker's folder. */
export function setUpSecurity(
  { tls, users, oauth }: KafkaSecurity,
  folder: string,
  source: ServerSource,
): SecuritySetup {
  const files = writeTlsFiles(folder, tls, source);
  const keyStore = join(folder, 'server.keystore.pem');
  writeFileSync(keyStore, tls.server.key + tls.server.cert, { mode: 0o600 });
  const jwksFile = join(folder, 'jwks.json');
  if (oauth !== undefined) writeFileSync(jwksFile, oauth.jwks);
  const jwksUrl = pathToFileURL(jwksFile).href;
  return {
    properties: {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': keyStore,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': files.ca,
      'listener.name.ssl.ssl.client.auth': tls.clients === 'need a certificate' ? 'required' : 'none',
      ...saslProperties(users, oauth, jwksUrl),
    },
    java: oauth === undefined ? [] : [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${jwksUrl}`],
    format: Object.entries(users ?? {}).flatMap(([name, password]) =>
      scrams.flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${name},password=${password}]`]),
    ),
  };
}

function saslProperties(
  users: KafkaSecurity['users'],
  oauth: KafkaSecurity['oauth'],
  jwksUrl: string,
): Properties {
  const of = 'listener.name.sasl_ssl';
  const mechanisms = [...(users ? ['PLAIN', ...scrams] : []), ...(oauth ? ['OAUTHBEARER'] : [])];
  if (mechanisms.length === 0) return {};
  return {
    [`${of}.sasl.enabled.mechanisms`]: mechanisms.join(),
    ...(users && {
      [`${of}.plain.sasl.jaas.config`]: `${modules}.plain.PlainLoginModule required ${Object.entries(users)
        .map(([name, password]) => `user_${name}="${password}"`)
        .join(' ')};`,
      ...Object.fromEntries(
        scrams.map((mechanism) => [
          `${of}.${mechanism.toLowerCase()}.sasl.jaas.config`,
          `${modules}.scram.ScramLoginModule required;`,
        ]),
      ),
    }),
    ...(oauth && {
      [`${of}.oauthbearer.sasl.jaas.config`]: `${modules}.oauthbearer.OAuthBearerLoginModule required;`,
      [`${of}.oauthbearer.sasl.server.callback.handler.class`]: `${modules}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
      // Kafka 4.1.1 left to itself takes the validator for clients, which looks at no signature.
      'sasl.oauthbearer.jwt.validator.class': `${modules}.oauthbearer.BrokerJwtValidator`,
      'sasl.oauthbearer.jwks.endpoint.url': jwksUrl,
      'sasl.oauthbearer.expected.issuer': oauth.issuer,
      'sasl.oauthbearer.expected.audience': oauth.audience,
    }),
  };
}
