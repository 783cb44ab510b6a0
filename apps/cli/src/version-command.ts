import { localCommand } from './command/define.ts';
import { version } from './version.ts';

export const versionCommand = localCommand({
  name: 'version',
  about: 'print the version of this program',
  formats: ['plain'],
  async run() {
    return { plain: () => version };
  },
});
