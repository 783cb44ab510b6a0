import { cachedFolder, findProgram, serverPlaces, serverVersions } from '@ccd/testkit/servers';
import type { ServerKind } from '@ccd/testkit/servers';
import { intoCache } from './into-cache.ts';
import type { Recipe } from './recipe.ts';
import { runProgram } from './run-program.ts';

export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** Checksum of the module; those of what it needs come from Go's checksum database. */
  readonly sum: string;
}

/** Makes builds the same whatever the user has set; a Go that is too old fetches a newer one as a module. */
export const goEnv = { GOFLAGS: '', GOWORK: 'off', GOTOOLCHAIN: 'auto' } as const;

/** Throws where this machine has no Go. */
export function assertGo(): void {
  if (findProgram('go', serverPlaces.path) === undefined)
    throw new Error('needs Go 1.21 or newer (https://go.dev/doc/install) in the PATH');
}

/**
 * A program that Go builds from the module proxy.
 * @param linkerFlags what the program's own releases are linked with, such as the version that it tells
 */
function fromGo(
  kind: ServerKind,
  folderOfMain: string,
  module: GoModule,
  size: string,
  linkerFlags = '',
): Recipe {
  return {
    from: `the Go module proxy, ${module.path}@${module.version}, ${size}`,
    async install({ cache, say }) {
      assertGo();
      say('its modules');
      await checkModule(module);
      say('building: a minute or two');
      await intoCache(cachedFolder(kind, cache), async (folder) => {
        const main = `${module.path}${folderOfMain}@${module.version}`;
        await runProgram('go', ['install', '-trimpath', `-ldflags=${linkerFlags}`, main], {
          env: { ...goEnv, GOBIN: folder },
        });
      });
    },
  };
}

/** Throws unless the module has the sum that was pinned. */
export async function checkModule({ path, version, sum }: GoModule): Promise<void> {
  const answer: unknown = JSON.parse(
    await runProgram('go', ['mod', 'download', '-json', `${path}@${version}`], { env: goEnv }),
  );
  const found = typeof answer === 'object' && answer !== null && 'Sum' in answer ? answer.Sum : undefined;
  if (found !== sum)
    throw new Error(`${path}@${version} is not what was pinned: its sum is ${String(found)}`);
}

export const s3 = fromGo(
  's3',
  '/cmd/versitygw',
  {
    path: 'github.com/versity/versitygw',
    version: `v${serverVersions.s3}`,
    sum: 'h1:au+wI+aybno/STsQiSm35Uu6Q6iK5MWReQxgO6SEMFc=',
  },
  '83 MB when built',
);

export const gcs = fromGo(
  'gcs',
  '',
  {
    path: 'github.com/fsouza/fake-gcs-server',
    version: `v${serverVersions.gcs}`,
    sum: 'h1:K03sAvbLvDz4hAynpCCUqnNRp+ik9JFSvHbkD/wTPOU=',
  },
  '50 MB when built',
);

export const helm = fromGo(
  'helm',
  '/cmd/helm',
  {
    path: 'helm.sh/helm/v4',
    version: `v${serverVersions.helm}`,
    sum: 'h1:UndCoLe9UPmNoL7IvWzaUXveL7T5t/ijoorEmgJdI9g=',
  },
  '60 MB when built',
  `-s -w -X helm.sh/helm/v4/internal/version.version=v${serverVersions.helm}`,
);
