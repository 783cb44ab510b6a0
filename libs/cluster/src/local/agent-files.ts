import { join } from 'node:path';
import { InvalidSpecError } from '../errors.ts';
import type { AgentState } from '../port.ts';
import { isObjectName } from '../spec-rules.ts';
import { inWordsOfPort, makeFolder, readIfThere, replaceFile } from './files.ts';

/** Documents of agents as files: `<root>/<agent>/<document>.json`, and `<root>/<agent>/release` that a person writes. */
export function openAgentFiles(root: string, agent: string): AgentState {
  if (!isObjectName(agent))
    throw new InvalidSpecError('workload', '(agent)', 'the name of an agent is not a plain one');
  const folder = join(root, agent);
  const pathOf = (document: string): string => {
    if (!isObjectName(document)) throw new TypeError('the name of a document is not a plain one');
    return join(folder, `${document}.json`);
  };
  return {
    load: (document) => inWordsOfPort(() => readIfThere(pathOf(document))),
    save: (document, text) =>
      inWordsOfPort(async () => {
        await makeFolder(folder);
        await replaceFile(pathOf(document), text);
      }),
    release: () =>
      inWordsOfPort(async () => {
        const text = (await readIfThere(join(folder, 'release')))?.trim();
        return text === '' ? undefined : text;
      }),
  };
}
