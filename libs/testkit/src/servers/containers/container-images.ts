import { serverVersions } from '../server-kind.ts';
import type { ServerKind } from '../server-kind.ts';

/** An image that has a server's programs in its PATH. */
export interface ContainerImage {
  readonly name: string;
  /** Paths of what else the code asks for by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Kubernetes and Helm have none: they are several programs, and one that is no server. */
export const containerImages: Readonly<Partial<Record<ServerKind, ContainerImage>>> = {
  kafka: { name: `apache/kafka:${serverVersions.kafka}`, files: { libs: '/opt/kafka/libs' } },
  redis: { name: 'redis:7.0.15' },
  postgres: { name: `postgres:${serverVersions.postgres}` },
  mariadb: { name: `mariadb:${serverVersions.mariadb}` },
  s3: { name: `versity/versitygw:v${serverVersions.s3}` },
  azurite: { name: `mcr.microsoft.com/azure-storage/azurite:${serverVersions.azurite}` },
  gcs: { name: `fsouza/fake-gcs-server:${serverVersions.gcs}` },
};
