import * as z from "#base/zod";

import { PlatformError } from "#base/errors";
import { defineTool } from "#llm-tools/tool";

/** Longest value that is handed out, in characters. */
const MAX_VALUE = 100_000;

export const kvGet = defineTool({
  name: "kv_get",
  description:
    "Reads a value that the tenant's operator has put under a key. Reaches no other keys than the tenant's own values.",
  input: z.strictObject({
    key: z
      .string()
      .check(z.regex(/^[A-Za-z0-9._:/-]{1,80}$/, { error: "must be 1 to 80 of A-Z, a-z, 0-9 and . _ : / -" })),
  }),
  output: z.object({ key: z.string(), found: z.boolean(), value: z.nullable(z.string()) }),
  effect: "reads",
  scopes: [],
  timeoutMs: 10_000,
  returnsStoredText: true,
  run: async (tenantId, { key }, { services }) => {
    const value = await services.values.get(tenantId, key);
    if (value !== undefined && value.length > MAX_VALUE)
      throw new PlatformError("tool_failed", `The value has ${value.length} characters; ${MAX_VALUE} can be read.`);
    return { key, found: value !== undefined, value: value ?? null };
  },
});
