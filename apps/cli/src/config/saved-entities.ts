import { join } from 'node:path';
import { readTextIfAny, writePrivateFile } from './private-file.ts';

/** Results that were kept for later, `<Message>/<name>` each. */
export interface SavedEntities {
  /** Answers with the file's path. */
  save(message: string, name: string, json: unknown): Promise<string>;
  load(message: string, name: string): Promise<{ readonly path: string; readonly text: string } | undefined>;
}

/** Names may hold any printable character; those that mean something to a file system are escaped. */
const fileName = (name: string): string =>
  `${name.replace(/[%/\\]/g, (character) => encodeURIComponent(character)).replace(/^\./, '%2E')}.json`;

/** Keeps them in `saved-entities/` of a folder. They may hold credentials. */
export function createSavedEntities(folder: string): SavedEntities {
  const pathOf = (message: string, name: string) =>
    join(folder, 'saved-entities', message.replace(/\W/g, ''), fileName(name));
  return {
    async save(message, name, json) {
      const path = pathOf(message, name);
      await writePrivateFile(path, `${JSON.stringify(json, null, 4)}\n`);
      return path;
    },
    async load(message, name) {
      const path = pathOf(message, name);
      const text = await readTextIfAny(path);
      return text === undefined ? undefined : { path, text };
    },
  };
}
