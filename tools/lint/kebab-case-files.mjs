import { basename } from 'node:path';

/** One spelling of file names, the same on file systems that fold case. */
export const kebabCaseFiles = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { rename: 'Name the file in kebab-case: {{name}}' },
  },
  create(context) {
    return {
      Program(node) {
        const name = basename(context.filename);
        if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.(ts|tsx|mjs)$/.test(name)) {
          context.report({ node, messageId: 'rename', data: { name } });
        }
      },
    };
  },
};
