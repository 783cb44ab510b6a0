import { version } from '@ccd/controlplane';
import { localCommand } from './command/define.ts';

export const versionCommand = localCommand({
  name: 'version',
  about: 'print the version of this program',
  formats: ['plain'],
  async run() {
    return { plain: () => version };
  },
});
