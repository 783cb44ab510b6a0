import { chownSync } from 'node:fs';
import type { GenericContainer, StartedTestContainer } from 'testcontainers';
import { ServerFailedError } from '../errors.ts';
import { theJanitor } from '../janitor.ts';
import { logTail } from '../log-tail.ts';
import type { ServerKind } from '../server-kind.ts';
import type { RunningServer, ServerCommand, ServerSource } from '../source.ts';
import type { ContainerImage } from './container-images.ts';

/** Nobody in particular, who is not root: PostgreSQL does not run as root. */
const nobody = { uid: 65_534, gid: 65_534 };

/**
 * A server's programs out of an image. They run on the machine's own network, as this user, and see the server's folder
 * under its own path: all that is written for the programs of the machine holds for them.
 */
export function createContainerSource(kind: ServerKind, image: ContainerImage): ServerSource {
  const isRoot = process.getuid?.() === 0;
  const user =
    kind === 'postgres' && isRoot ? nobody : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

  async function describe({
    program,
    args,
    env = {},
    folder,
    logFile,
  }: ServerCommand): Promise<GenericContainer> {
    // Loaded when a container is wanted: it takes longer than a start of Redis.
    const { GenericContainer } = await import('testcontainers');
    return (
      new GenericContainer(image.name)
        .withEntrypoint(['/bin/sh', '-c', 'exec "$@" >> "$0" 2>&1', logFile])
        .withCommand([program, ...args])
        .withEnvironment({ ...env })
        .withNetworkMode('host')
        .withUser(`${user.uid}:${user.gid}`)
        .withWorkingDir(folder)
        .withBindMounts([
          { source: folder, target: folder },
          // Some programs ask for the name of the user that they run as.
          { source: '/etc/passwd', target: '/etc/passwd', mode: 'ro' },
        ])
        // The janitor does that, and asks for no image of its own.
        .withAutoCleanup(false)
    );
  }

  return {
    kind,
    file: (name) => image.files?.[name],
    adopt(path) {
      if (isRoot) chownSync(path, user.uid, user.gid);
    },

    async run(command) {
      const { Wait } = await import('testcontainers');
      const container = (await describe(command)).withWaitStrategy(Wait.forOneShotStartup());
      try {
        await discard(await container.start());
      } catch (error) {
        throw new ServerFailedError(
          kind,
          `${command.program} failed: ${String(error)}`,
          logTail(command.logFile),
        );
      }
    },

    async start(command): Promise<RunningServer> {
      const { getContainerRuntimeClient } = await import('testcontainers');
      const started = await (await describe(command)).start();
      theJanitor().add(`container:${started.getId()}`);
      const engine = await getContainerRuntimeClient();
      const container = engine.container.getById(started.getId());
      let hasEnded = false;
      const ended = container.wait().then(async () => {
        hasEnded = true;
        await container.remove({ force: true });
        theJanitor().drop(`container:${started.getId()}`);
      });
      return {
        async signal(signal) {
          if (hasEnded) return;
          // The freezer reaches all processes of a container; a signal reaches the first.
          if (signal === 'SIGSTOP') await container.pause();
          else if (signal !== 'SIGCONT') await container.kill({ signal });
          else if ((await container.inspect()).State.Paused) await container.unpause();
        },
        hasEnded: () => hasEnded,
        waitUntilEnded: () => ended,
      };
    },
  };
}

async function discard(container: StartedTestContainer): Promise<void> {
  await container.stop({ timeout: 0 });
}
