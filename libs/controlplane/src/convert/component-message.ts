/** What a component says of itself. */
export interface ComponentMessage {
  /** Absent for one that does not say it. */
  readonly version?: string;
  readonly message: string;
}

/** The protocol has no field for the version of a component, so that it stands before what there is to say. */
export const writeComponentMessage = (version: string, message: string): string =>
  message === '' ? `version ${version}` : `version ${version}; ${message}`;

/** Of the message of an InstalledComponentState, whoever wrote it. */
export function readComponentMessage(text: string): ComponentMessage {
  const found = /^version (?<version>[^\s;]{1,64})(?:; (?<message>[\s\S]*))?$/.exec(text)?.groups;
  return found?.['version'] === undefined
    ? { message: text }
    : { version: found['version'], message: found['message'] ?? '' };
}
