import type { Api } from '../api/api.ts';
import type { ConfigFolder } from '../config/config-folder.ts';
import type { CliIo } from '../io.ts';
import type { Output } from '../output/output.ts';
import type { Session } from '../auth/session.ts';
import type { Flag } from './flag.ts';
import type { Flags } from './flags.ts';

export interface ActiveProject {
  readonly id: string;
  readonly name: string;
}

/** What a command that stays on this machine works with. */
export interface LocalContext {
  readonly io: CliIo;
  readonly flags: Flags;
  readonly args: readonly string[];
  readonly format: string;
  /** Whether a person chose the format, and not the command. */
  readonly formatGiven: boolean;
  readonly folder: ConfigFolder;
}

/** What a command works with that speaks to the server. */
export interface AccountContext extends LocalContext {
  readonly api: Api;
  readonly session: Session;
}

/** What a command works with that acts inside a project. */
export interface ProjectContext extends AccountContext {
  readonly project: ActiveProject;
  readonly projects: readonly ActiveProject[];
}

interface CommandFacts<Context> {
  readonly name: string;
  /** Arguments as help prints them: `<name>`, `[name]`, `<names...>`. */
  readonly args?: string;
  /** One line for the list of commands. */
  readonly about: string;
  /** More, for the command's own help. */
  readonly details?: string;
  /** Without the leading `strm`. */
  readonly examples?: readonly string[];
  readonly flags?: readonly Flag<unknown>[];
  /** Formats that `-o` accepts, the default first; all four unless given. */
  readonly formats?: readonly string[];
  run(context: Context): Promise<Output | undefined>;
}

type WithCandidates<Context> = {
  /** What the shell may offer for the argument at the cursor, given those before it. */
  readonly candidates?: (context: Context) => Promise<readonly string[]>;
};

/** Needs no server and no login. */
export interface LocalCommand extends CommandFacts<LocalContext> {
  readonly needs: 'nothing';
}

/** Needs a login, not a project. */
export interface AccountCommand extends CommandFacts<AccountContext> {
  readonly needs: 'login';
}

/** Needs a login and a project: the active one, or that of `--project`. */
export interface ProjectCommand extends CommandFacts<ProjectContext>, WithCandidates<ProjectContext> {
  readonly needs: 'project';
}

export type CommandDefinition = LocalCommand | AccountCommand | ProjectCommand;

/** Commands under one word: `create`, `create data-connector`. */
export interface CommandGroup {
  readonly name: string;
  readonly about: string;
  readonly commands: readonly CommandNode[];
}

export type CommandNode = CommandDefinition | CommandGroup;

export const isGroup = (node: CommandNode): node is CommandGroup => 'commands' in node;
