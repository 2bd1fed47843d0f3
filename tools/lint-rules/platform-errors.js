const BARE = new Set(["Error", "TypeError", "RangeError", "SyntaxError"]);

/** What platform code throws has a code of the one table; what only a defect can cause is `defect(…)`. */
export const platformErrors = {
  create: (context) => ({
    "ThrowStatement > NewExpression"(node) {
      if (node.callee.type !== "Identifier" || !BARE.has(node.callee.name)) return;
      context.report({
        node,
        message: `Throw a PlatformError with a code, or defect("…") of #base/errors for what cannot happen, not ${node.callee.name}.`,
      });
    },
  }),
};
