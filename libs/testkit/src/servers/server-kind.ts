/** The servers that tests can have, in the order in which they are installed. */
export const serverKinds = [
  'kafka',
  'redis',
  'postgres',
  'mariadb',
  's3',
  'azurite',
  'gcs',
  'kubernetes',
  'kubernetes-node',
  'helm',
  'buildah',
] as const;

export type ServerKind = (typeof serverKinds)[number];

/**
 * What is installed of each. Debian's packages bring the patch level of the day: their versions here are the least that
 * the tests are known to pass on.
 */
export const serverVersions = {
  kafka: '4.1.1',
  redis: '7.0',
  postgres: '15',
  mariadb: '10.11',
  s3: '1.8.0',
  azurite: '3.37.0',
  gcs: '1.56.1',
  kubernetes: '1.36.3',
  'kubernetes-node': '1.36.3',
  helm: '4.3.1',
  buildah: '1.28',
} as const satisfies Record<ServerKind, string>;

/** What each is to a reader: `s3` is the API, versitygw is what serves it; Helm and Buildah are no servers, and are had the same way. */
export const serverTitles: Readonly<Record<ServerKind, string>> = {
  kafka: 'Kafka',
  redis: 'Redis',
  postgres: 'PostgreSQL',
  mariadb: 'MariaDB',
  s3: 'versitygw (S3)',
  azurite: 'Azurite',
  gcs: 'fake-gcs-server',
  kubernetes: 'Kubernetes',
  'kubernetes-node': 'Kubernetes node',
  helm: 'Helm',
  buildah: 'Buildah',
};
