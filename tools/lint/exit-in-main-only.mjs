/** A library that ends the process takes the decision from whoever runs it, and skips the ordered stop. */
export const exitInMainOnly = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { misplaced: 'End the process in main.ts; throw or resolve everywhere else.' },
  },
  create(context) {
    if (/(^|[\\/])(main|run-main|exit-with-parent)\.ts$/.test(context.filename)) return {};
    return {
      CallExpression({ callee }) {
        if (
          callee.type === 'MemberExpression' &&
          callee.object.type === 'Identifier' &&
          callee.object.name === 'process' &&
          ['exit', 'abort'].includes(callee.property.name)
        ) {
          context.report({ node: callee, messageId: 'misplaced' });
        }
      },
    };
  },
};
