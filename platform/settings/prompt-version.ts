import { sha256Hex } from "#base/digest";
import { scopedKey } from "#tenancy/scoped-key";
import type { TenantId } from "#tenancy/tenant-id";

/** Prompts that the platform reads, and what for. */
export const PROMPTS = {
  system: "what the model is told before every conversation",
} as const;

export type PromptName = keyof typeof PROMPTS;

export const PROMPT_NAMES = Object.keys(PROMPTS) as readonly PromptName[];

/** SHA-256 of a prompt's text, placeholders unfilled, in 64 hex digits: its identity. A changed text is another version. */
export function promptDigest(text: string): Promise<string> {
  return sha256Hex(text);
}

/** How a version is called in answers, logs and commands. */
export function shortVersion(digest: string): string {
  return digest.slice(0, 12);
}

/** KV key of a version's text. The text never changes: it is checked against the digest whenever it is read. */
export function promptVersionKey(tenantId: TenantId, name: PromptName, digest: string): string {
  return `${promptVersionPrefix(tenantId, name)}${digest}`;
}

/** What the keys of all versions of a prompt begin with. */
export function promptVersionPrefix(tenantId: TenantId, name: PromptName): string {
  return scopedKey(tenantId, "prompt", "version", name, "");
}

/** KV key that says which version of each prompt is active. */
export function activePromptsKey(tenantId: TenantId): string {
  return scopedKey(tenantId, "prompt", "active");
}
