import { cachedFolder, findProgram, serverPlaces, serverVersions } from '@ccd/testkit/servers';
import type { ServerKind } from '@ccd/testkit/servers';
import { intoCache } from './into-cache.ts';
import type { Recipe } from './recipe.ts';
import { runProgram } from './run-program.ts';

interface GoModule {
  readonly path: string;
  readonly version: string;
  /** Checksum of the module; those of what it needs come from Go's checksum database. */
  readonly sum: string;
}

/** A program that Go builds from the module proxy. */
function fromGo(kind: ServerKind, folderOfMain: string, module: GoModule, size: string): Recipe {
  return {
    from: `the Go module proxy, ${module.path}@${module.version}, ${size}`,
    async install({ cache, say }) {
      if (findProgram('go', serverPlaces.path) === undefined)
        throw new Error('needs Go (https://go.dev/doc/install) in the PATH');
      say('its modules');
      await checkModule(module);
      say('building: a minute or two');
      await intoCache(cachedFolder(kind, cache), async (folder) => {
        await runProgram('go', ['install', '-trimpath', `${module.path}${folderOfMain}@${module.version}`], {
          env: { GOBIN: folder },
        });
      });
    },
  };
}

async function checkModule({ path, version, sum }: GoModule): Promise<void> {
  const answer: unknown = JSON.parse(
    await runProgram('go', ['mod', 'download', '-json', `${path}@${version}`]),
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
