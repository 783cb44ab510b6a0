export { runCli } from './run-cli.ts';
export type { CliIo, TextSink } from './io.ts';
export { writeConfig } from './config/config-file.ts';
export type { Settings } from './config/config-file.ts';
export { logInTo, setActiveProject } from './prepare-folder.ts';
export type { FolderLogin } from './prepare-folder.ts';
