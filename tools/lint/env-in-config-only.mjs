/** The environment is read in one place of each app, `config.ts`, where all its errors can be reported at once. */
export const envInConfigOnly = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { misplaced: 'Read the environment in config.ts or main.ts and pass the values on.' },
  },
  create(context) {
    if (/(^|[\\/])(.+-)?(config|main)\.ts$/.test(context.filename)) return {};
    return {
      MemberExpression(node) {
        const name = node.computed ? node.property.value : node.property.name;
        if (node.object.type === 'Identifier' && node.object.name === 'process' && name === 'env') {
          context.report({ node, messageId: 'misplaced' });
        }
      },
      ImportSpecifier(node) {
        const from = node.parent.source.value;
        if ((from === 'node:process' || from === 'process') && node.imported.name === 'env') {
          context.report({ node, messageId: 'misplaced' });
        }
      },
    };
  },
};
