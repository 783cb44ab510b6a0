/** A named export has one name everywhere, so that a search finds every use. */
export const noDefaultExport = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { named: 'Export it by name.' },
  },
  create(context) {
    return {
      ExportDefaultDeclaration(node) {
        context.report({ node, messageId: 'named' });
      },
      ExportSpecifier(node) {
        if (node.exported.name === 'default') context.report({ node, messageId: 'named' });
      },
    };
  },
};
