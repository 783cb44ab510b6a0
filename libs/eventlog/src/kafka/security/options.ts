import { z } from 'zod';

const storeFile = z.strictObject({
  /** PEM, JKS or PKCS#12; found out from what it holds. */
  file: z.string().min(1),
  password: z.string().optional(),
});

const tls = {
  /** Whose certificates the brokers may have; absent: the authorities that Node trusts. */
  truststore: storeFile.optional(),
  /** Certificate and key of this client, for brokers that ask for them. */
  keystore: storeFile.optional(),
};

const passwordMechanisms = z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']);

const sasl = z.union([
  z.strictObject({
    mechanism: passwordMechanisms,
    username: z.string().min(1),
    password: z.string().min(1),
  }),
  z.strictObject({
    mechanism: z.literal('OAUTHBEARER'),
    tokenEndpoint: z.url({ protocol: /^https?$/ }),
    clientId: z.string().min(1),
    clientSecret: z.string().min(1),
    scope: z.string().optional(),
  }),
  z.strictObject({
    /** `sasl.jaas.config` as Kafka's own clients take it, which the chart hands on. */
    jaasConfig: z.string().min(1),
    /** Needed where the login module does not say it: SCRAM-SHA-512 unless told otherwise. */
    mechanism: z.enum([...passwordMechanisms.options, 'OAUTHBEARER']).optional(),
    /** `sasl.oauthbearer.token.endpoint.url`, for the login module of OAUTHBEARER. */
    tokenEndpoint: z.url({ protocol: /^https?$/ }).optional(),
  }),
]);

/** How brokers are spoken to, in the terms of Kafka's `security.protocol`. */
export const kafkaSecurityOptions = z.discriminatedUnion('protocol', [
  z.strictObject({ protocol: z.literal('PLAINTEXT') }),
  z.strictObject({ protocol: z.literal('SSL'), ...tls }),
  z.strictObject({ protocol: z.literal('SASL_PLAINTEXT'), sasl }),
  z.strictObject({ protocol: z.literal('SASL_SSL'), sasl, ...tls }),
]);

export type KafkaSecurityOptions = z.infer<typeof kafkaSecurityOptions>;
export type SaslOptions = z.infer<typeof sasl>;
