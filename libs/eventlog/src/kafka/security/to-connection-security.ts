import { AuthenticationError } from '@platformatic/kafka';
import type { SASLOptions } from '@platformatic/kafka';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Clock } from '@ccd/reconcile';
import { JaasConfigError, parseJaasConfig } from './jaas.ts';
import { KeyMaterialError, readKeyMaterial } from './key-material.ts';
import { createTokenSource } from './oauth-token.ts';
import type { ClientCredentials } from './oauth-token.ts';
import type { KafkaSecurityOptions, SaslOptions } from './options.ts';

export interface ConnectionSecurity {
  readonly tls?: TlsOptions;
  readonly sasl?: SASLOptions;
}

type Credentials =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: string;
    }
  | (ClientCredentials & { readonly mechanism: 'OAUTHBEARER' });

/** What a connection needs to prove and to ask for. @throws JaasConfigError, KeyMaterialError */
export function toConnectionSecurity(options: KafkaSecurityOptions, clock: Clock): ConnectionSecurity {
  switch (options.protocol) {
    case 'PLAINTEXT':
      return {};
    case 'SSL':
      return { tls: toTls(options) };
    case 'SASL_PLAINTEXT':
      return { sasl: toSasl(options.sasl, clock) };
    case 'SASL_SSL':
      return { tls: toTls(options), sasl: toSasl(options.sasl, clock) };
  }
}

function toTls({
  truststore,
  keystore,
}: Pick<Extract<KafkaSecurityOptions, { protocol: 'SSL' }>, 'truststore' | 'keystore'>): TlsOptions {
  const trusted = truststore && readKeyMaterial(truststore).certificates;
  if (truststore && trusted?.length === 0)
    throw new KeyMaterialError(truststore.file, 'holds no certificate');
  const identity = keystore && readKeyMaterial(keystore).identity;
  if (keystore && !identity) throw new KeyMaterialError(keystore.file, 'holds no certificate with its key');
  return {
    ...(trusted ? { ca: [...trusted] } : {}),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(identity ?? {}),
  };
}

function toSasl(options: SaslOptions, clock: Clock): SASLOptions {
  const credentials = 'jaasConfig' in options ? fromJaas(options) : options;
  if (credentials.mechanism !== 'OAUTHBEARER') {
    const { mechanism, username, password } = credentials;
    return { mechanism, username, password };
  }
  return {
    mechanism: 'OAUTHBEARER',
    token: createTokenSource(credentials, clock),
    // A broker that refuses a token answers with the reason where it otherwise answers with nothing (RFC 7628, 3.2.3).
    authBytesValidator(answer, callback) {
      if (answer.length > 0) callback(new AuthenticationError('the brokers refuse the token'));
      else callback(null, answer);
    },
  };
}

const kafkaSecurity = 'org.apache.kafka.common.security';

function fromJaas({
  jaasConfig,
  mechanism,
  tokenEndpoint,
}: Extract<SaslOptions, { jaasConfig: string }>): Credentials {
  const { loginModule, options } = parseJaasConfig(jaasConfig);
  const need = (name: string): string => {
    const value = options.get(name);
    if (value === undefined || value === '') throw new JaasConfigError(`${name} is missing`);
    return value;
  };
  const assertMechanism = (...fitting: readonly string[]): void => {
    if (mechanism !== undefined && !fitting.includes(mechanism)) {
      throw new JaasConfigError(`its login module is not one for ${mechanism}`);
    }
  };
  switch (loginModule) {
    case `${kafkaSecurity}.plain.PlainLoginModule`:
      assertMechanism('PLAIN');
      return { mechanism: 'PLAIN', username: need('username'), password: need('password') };
    case `${kafkaSecurity}.scram.ScramLoginModule`:
      assertMechanism('SCRAM-SHA-256', 'SCRAM-SHA-512');
      return {
        mechanism: mechanism === 'SCRAM-SHA-256' ? mechanism : 'SCRAM-SHA-512',
        username: need('username'),
        password: need('password'),
      };
    case `${kafkaSecurity}.oauthbearer.OAuthBearerLoginModule`:
      assertMechanism('OAUTHBEARER');
      if (tokenEndpoint === undefined)
        throw new JaasConfigError('OAUTHBEARER needs a token endpoint beside it');
      return {
        mechanism: 'OAUTHBEARER',
        tokenEndpoint,
        clientId: need('clientId'),
        clientSecret: need('clientSecret'),
        scope: options.get('scope'),
      };
    default:
      throw new JaasConfigError('its login module is none of PLAIN, SCRAM and OAUTHBEARER');
  }
}
