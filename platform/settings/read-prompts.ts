import { activationSchema, activePromptsSchema } from "#settings/active-prompts";
import type { Prompt } from "#settings/baked-prompts";
import { checkPrompt, fillPrompt } from "#settings/prompt-template";
import { PROMPT_NAMES, promptDigest, type PromptName, shortVersion } from "#settings/prompt-version";
import { parseJson, type Refusal } from "#settings/settings-document";
import type { StoredSettings } from "#settings/stored-settings";
import type { TenantConfig } from "#tenancy/tenant-config";
import type { TenantId } from "#tenancy/tenant-id";

/** A prompt that was activated at run time, and its whole digest. */
export interface ActivePrompt extends Prompt {
  readonly digest: string;
}

export type ActivePrompts = ReadonlyMap<PromptName, ActivePrompt>;

export interface PromptsReading {
  /** Only those that are not the bundle's. */
  readonly prompts: ActivePrompts;
  readonly refusals: readonly Refusal[];
}

/**
 * Reads the texts that a tenant's stored pointers name, those of `previous` from memory. What is broken (pointer, missing text,
 * a text that is not its digest's, an unknown placeholder) is refused, and that prompt stays what it was.
 * Rejects when KV does.
 */
export async function readPrompts(
  tenantId: TenantId,
  stored: StoredSettings,
  { pointers, previous, config }: { pointers: string | null; previous: ActivePrompts; config: TenantConfig },
): Promise<PromptsReading> {
  if (pointers === null) return { prompts: new Map(), refusals: [] };
  const parsed = activePromptsSchema.safeParse(parseJson(pointers));
  if (!parsed.success) {
    return {
      prompts: previous,
      refusals: [{ setting: "prompt (all)", reason: "the stored pointers are not readable" }],
    };
  }
  const byName = new Map(Object.entries(parsed.data));
  const refusals: Refusal[] = [...byName.keys()]
    .filter((name) => !(PROMPT_NAMES as readonly string[]).includes(name))
    .map((name) => ({ setting: `prompt ${name}`.slice(0, 80), reason: "there is no such prompt" }));
  const prompts = new Map<PromptName, ActivePrompt>();
  for (const name of PROMPT_NAMES) {
    const pointer = byName.get(name);
    if (pointer === undefined) continue;
    const before = previous.get(name);
    const result = await readPrompt(tenantId, stored, { name, pointer, before, config });
    const kept = typeof result === "string" ? before : result;
    if (typeof result === "string") refusals.push({ setting: `prompt ${name}`, reason: result });
    if (kept !== undefined) prompts.set(name, kept);
  }
  return { prompts, refusals };
}

interface Question {
  readonly name: PromptName;
  readonly pointer: unknown;
  readonly before: ActivePrompt | undefined;
  readonly config: TenantConfig;
}

/** The prompt that a pointer names; `undefined` for the bundle's; the reason, when it cannot be used. */
async function readPrompt(
  tenantId: TenantId,
  stored: StoredSettings,
  { name, pointer, before, config }: Question,
): Promise<ActivePrompt | undefined | string> {
  const activation = activationSchema.safeParse(pointer);
  if (!activation.success) return "the stored pointer is not readable";
  const { active: digest } = activation.data;
  if (digest === null) return undefined;
  if (digest === before?.digest) return before;
  const text = await stored.readPromptText(tenantId, name, digest);
  if (text === null) return `version ${shortVersion(digest)} is not stored`;
  if ((await promptDigest(text)) !== digest) return `the text of version ${shortVersion(digest)} was changed`;
  const [problem] = checkPrompt(text);
  if (problem !== undefined) return `version ${shortVersion(digest)}: ${problem.rule}`;
  return { digest, version: shortVersion(digest), text: fillPrompt(text, config) };
}
