import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ServerPlaces } from './places.ts';

/** Folder that `npm run test-servers` fills and that the tests look into. */
const cache =
  process.env['CCD_TEST_SERVERS'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ccd-test-servers');

/** Where servers are looked for on this machine. */
export const serverPlaces: ServerPlaces = {
  cache,
  path: (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
};

/** Where a container engine of this machine listens. */
export const engineSocket = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(
  /^unix:\/\//,
  '',
);

/** What servers inherit. */
export const inheritedEnv: Readonly<NodeJS.ProcessEnv> = process.env;

/** The cluster files of kubectl's that this user has set, for a cluster that tests may be given. */
export const givenKubeconfig = process.env['KUBECONFIG'];
