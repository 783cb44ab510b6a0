/** A problem that the person at the terminal can do something about: the message is all that is shown. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** A flag or an argument that cannot be used as it was given. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
