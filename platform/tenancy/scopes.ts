import * as z from "#base/zod";

/** What a principal may do. `tools:<name>` allows a single tool. */
export const SCOPES = ["chat", "search", "ingest", "tools", "tts", "metrics", "admin"] as const;

export type Scope = (typeof SCOPES)[number] | `tools:${string}`;

/** Parses one scope of a config, a key record or a token's claim. */
export const scopeSchema = z
  .string()
  .check(z.refine(isScope, { error: `must be one of ${SCOPES.join(", ")} or "tools:<name>"` })) as z.ZodMiniType<
  Scope,
  string
>;

function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text) || /^tools:[a-z][a-z0-9_]*$/.test(text);
}
