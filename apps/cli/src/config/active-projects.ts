import { join } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { readTextIfAny, writePrivateFile } from './private-file.ts';

const file = z.object({
  users: z.array(
    z.object({
      email: z.string(),
      active_project: z.string().default(''),
      zed_token: z.string().default(''),
    }),
  ),
});

/** What the command line remembers of each user: the project in use, and how fresh permissions must be. */
export interface ActiveProjects {
  projectOf(email: string): Promise<string | undefined>;
  zedTokenOf(email: string): Promise<string | undefined>;
  setProject(email: string, name: string): Promise<void>;
  setZedToken(email: string, token: string): Promise<void>;
}

/** Keeps them in `active_projects.json` of a folder. */
export function createActiveProjects(folder: string): ActiveProjects {
  const path = join(folder, 'active_projects.json');

  async function read(): Promise<z.output<typeof file>> {
    const content = await readTextIfAny(path);
    if (content === undefined) return { users: [] };
    try {
      return file.parse(JSON.parse(content));
    } catch (cause) {
      throw new CliError(`${path} cannot be read; remove it, and choose a project anew`, { cause });
    }
  }

  async function change(email: string, changes: { active_project?: string; zed_token?: string }) {
    const { users } = await read();
    const present = users.find((user) => user.email === email);
    const changed = { email, active_project: '', zed_token: '', ...present, ...changes };
    const others = users.filter((user) => user.email !== email);
    await writePrivateFile(path, `${JSON.stringify({ users: [...others, changed] }, null, 4)}\n`);
  }

  const find = async (email: string) => (await read()).users.find((user) => user.email === email);

  return {
    projectOf: async (email) => (await find(email))?.active_project || undefined,
    zedTokenOf: async (email) => (await find(email))?.zed_token || undefined,
    setProject: (email, name) => change(email, { active_project: name }),
    setZedToken: (email, token) => change(email, { zed_token: token }),
  };
}
