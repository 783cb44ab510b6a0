import { bool, folder, loggingSettings, port, secretText, text, url } from '@ccd/service';
import { z } from 'zod';

/** Settings of the control plane. */
export const configSchema = z.object({
  HOST: text().default('127.0.0.1').describe('Address to listen on'),
  GRPC_PORT: port().default(50_051).describe('Port of the gRPC API in plaintext'),
  GRPC_TLS_PORT: port().optional().describe('Port of the gRPC API over TLS; absent: not offered'),
  GRPC_REFLECTION: bool()
    .default(false)
    .describe('Whether tools such as grpcurl may ask the gRPC API for its protocol'),
  AUTH_PORT: port().default(8080).describe('Port of the token endpoints, HTTP/1.1 and HTTP/2'),
  TLS_CERT_FILE: text().optional().describe('Certificate chain (PEM), for GRPC_TLS_PORT and AUTH_TLS'),
  TLS_KEY_FILE: text().optional().describe('Its private key (PEM)'),
  AUTH_TLS: bool().default(false).describe('Whether the token endpoints speak TLS'),
  AUTH_URL: url()
    .optional()
    .describe(
      'Base URL under which clients reach the token endpoints; the issuer of every token. Default: as it listens',
    ),
  DATABASE_ENGINE: z
    .enum(['pglite', 'postgres'])
    .default('pglite')
    .describe('`pglite` keeps the database in DATA_DIR, for one process'),
  DATA_DIR: folder()
    .default('data')
    .describe('Folder of the embedded database and of the generated SECRETS_KEY'),
  DATABASE_URL: secretText().optional().describe('`postgres://…`, with DATABASE_ENGINE=postgres'),
  SECRETS_KEY: secretText()
    .optional()
    .describe(
      'Key that encrypts secrets in the database, 32 bytes in base64; pglite makes its own where it is absent',
    ),
  ORGANIZATION_NAME: text()
    .default('My organisation')
    .describe('Name of the organisation that the first start makes'),
  ORGANIZATION_HANDLE: text()
    .default('my-organisation')
    .describe('Its handle, the first part of contract references'),
  ADMIN_EMAIL: text().default('admin@example.com').describe('E-mail address of its first administrator'),
  DECRYPTER_IMAGE: text()
    .default('ccd/decrypter:0.1.0')
    .describe('Shown to clients that ask; agents have their own'),
  BATCH_EXPORTER_IMAGE: text().default('ccd/batch-exporter:0.1.0').describe('Likewise'),
  BATCH_JOB_IMAGE: text().default('ccd/batch-job:0.1.0').describe('Likewise'),
  KAFKA_EXPORTER_IMAGE: text().default('ccd/kafka-exporter:0.1.0').describe('Likewise'),
  ...loggingSettings,
});

export type ControlPlaneConfig = z.output<typeof configSchema>;
