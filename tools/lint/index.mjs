import { envInConfigOnly } from './env-in-config-only.mjs';
import { exitInMainOnly } from './exit-in-main-only.mjs';
import { kebabCaseFiles } from './kebab-case-files.mjs';
import { noDefaultExport } from './no-default-export.mjs';
import { publicEntriesOnly } from './public-entries-only.mjs';

/** The rules of docs/contributing.md that no published plugin has in our words. */
export const houseRules = {
  rules: {
    'env-in-config-only': envInConfigOnly,
    'exit-in-main-only': exitInMainOnly,
    'kebab-case-files': kebabCaseFiles,
    'no-default-export': noDefaultExport,
    'public-entries-only': publicEntriesOnly,
  },
};
