const isTestCode = (filename) =>
  /\.test\.tsx?$/.test(filename) ||
  /[\\/](testing|bench)[\\/]/.test(filename) ||
  /[\\/]libs[\\/]testkit[\\/]/.test(filename) ||
  /(^|[\\/])tools[\\/]/.test(filename);

/** The entries of a package beside its main one. */
const entriesForTests = ['testing', 'bench', 'servers'];

/** Packages meet at their entries; what is for tests stays in tests. */
export const publicEntriesOnly = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      deep: 'Import {{name}} through its entry, not a path inside it.',
      testing: '{{source}} is for tests only.',
    },
  },
  create(context) {
    const check = (node) => {
      const source = node.source?.value;
      const match = typeof source === 'string' ? /^(@ccd\/[^/]+)(?:\/(.*))?$/.exec(source) : null;
      if (!match) return;
      const [, name, path] = match;
      if (path !== undefined && !entriesForTests.includes(path)) {
        context.report({ node, messageId: 'deep', data: { name } });
      } else if ((path !== undefined || name === '@ccd/testkit') && !isTestCode(context.filename)) {
        context.report({ node, messageId: 'testing', data: { source } });
      }
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};
