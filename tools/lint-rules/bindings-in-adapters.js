const BINDING_TYPES = new Set([
  "Ai",
  "AnalyticsEngineDataset",
  "D1Database",
  "DurableObjectNamespace",
  "DurableObjectState",
  "DurableObjectStorage",
  "KVNamespace",
  "Queue",
  "R2Bucket",
  "SqlStorage",
  "Vectorize",
  "VectorizeIndex",
  "Workflow",
]);

/**
 * Whoever holds a binding reaches every tenant's data: only adapters do, which take a tenant with each call.
 * Option: the files that are adapters, as regular expressions.
 */
export const bindingsInAdapters = {
  meta: { schema: [{ type: "array", items: { type: "string" } }] },
  create(context) {
    const [adapters = []] = context.options;
    if (adapters.some((pattern) => new RegExp(pattern).test(context.filename))) return {};
    return {
      TSTypeReference({ typeName }) {
        if (typeName.type !== "Identifier" || !BINDING_TYPES.has(typeName.name)) return;
        context.report({
          node: typeName,
          message: `${typeName.name} reaches the data of every tenant. Take an adapter's interface instead; a new adapter is named in eslint.config.js.`,
        });
      },
    };
  },
};
