import type { AccountCommand, CommandGroup, CommandNode, LocalCommand, ProjectCommand } from './command.ts';

/** A command that stays on this machine. */
export const localCommand = (facts: Omit<LocalCommand, 'needs'>): LocalCommand => ({
  ...facts,
  needs: 'nothing',
});

/** A command of a logged-in person, outside any project. */
export const accountCommand = (facts: Omit<AccountCommand, 'needs'>): AccountCommand => ({
  ...facts,
  needs: 'login',
});

/** A command inside a project. */
export const projectCommand = (facts: Omit<ProjectCommand, 'needs'>): ProjectCommand => ({
  ...facts,
  needs: 'project',
});

export const group = (name: string, about: string, commands: readonly CommandNode[]): CommandGroup => ({
  name,
  about,
  commands,
});
