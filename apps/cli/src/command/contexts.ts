import { connectApi } from '../api/api.ts';
import { openSession } from '../auth/session.ts';
import { resolveProject } from '../projects/resolve-project.ts';
import type { AccountContext, LocalContext, ProjectContext } from './command.ts';
import { apiAuthUrl, apiHost, projectName, tokenFile } from './global-flags.ts';

/** The file that the login is kept in. */
export const loginFileOf = ({ flags, folder }: LocalContext): string =>
  flags.get(tokenFile) ?? folder.loginFile(flags.get(apiAuthUrl));

/** Hands `work` a connection on behalf of the logged-in person and closes it afterwards. */
export async function withAccount<T>(
  local: LocalContext,
  note: (text: string) => void,
  work: (context: AccountContext) => Promise<T>,
): Promise<T> {
  const { io, flags, folder } = local;
  const session = await openSession({
    fetch: io.fetch,
    clock: io.clock,
    apiAuthUrl: flags.get(apiAuthUrl),
    file: loginFileOf(local),
  });
  const api = connectApi({
    host: flags.get(apiHost),
    signal: io.signal,
    accessToken: () => session.accessToken(),
    zedToken: {
      load: () => folder.activeProjects.zedTokenOf(session.email),
      save: (token) => folder.activeProjects.setZedToken(session.email, token),
    },
    onCall: (path, outcome) => {
      note(`${path} ${outcome}`);
    },
  });
  try {
    return await work({ ...local, api, session });
  } finally {
    api.close();
  }
}

/** Adds the project that `--project` names, or the active one. */
export async function inProject(context: AccountContext): Promise<ProjectContext> {
  const { io, api, folder, session, flags } = context;
  const { project, projects, chosen } = await resolveProject({
    api,
    activeProjects: folder.activeProjects,
    email: session.email,
    wanted: flags.get(projectName),
  });
  if (chosen) {
    io.stderr.write(
      `The active project is now '${project.name}'. Choose another with: strm context project <name>\n`,
    );
  }
  return { ...context, project, projects };
}
