import type { TenantConfig } from "#tenancy/tenant-config";

/**
 * What a prompt may say with `{{name}}`, and where the value comes from. The build fills them in,
 * so a bundle holds plain text and a misspelt placeholder can never reach a model.
 */
export const PROMPT_PLACEHOLDERS: Readonly<
  Record<string, { readonly about: string; readonly fill: (config: TenantConfig) => string }>
> = {
  tenant: { about: "the tenant's display name", fill: (config) => config.displayName },
  tenantId: { about: "the tenant's id", fill: (config) => config.tenantId },
};

/** Longest prompt, in characters: a larger one would eat the context of small models. */
export const MAX_PROMPT_CHARS = 16_000;

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;
const PROMPT_FILE = /(?:^|\/)([a-z][a-z0-9-]*)\.md$/;

/** A filled prompt, or the problems of its text, each with file and line. */
export type PromptResult =
  | { readonly ok: true; readonly name: string; readonly text: string }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Checks one `prompts/<name>.md` and fills its placeholders. Pure. */
export function renderPrompt(file: string, text: string, config: TenantConfig): PromptResult {
  const name = PROMPT_FILE.exec(file)?.[1];
  const problems: string[] = [];
  if (name === undefined)
    problems.push(`${file}: the name of a prompt is a-z, 0-9 and "-", and it ends in .md: rename the file`);
  if (text.trim() === "") problems.push(`${file}: the prompt is empty: write it, or remove the file`);
  if (text.length > MAX_PROMPT_CHARS)
    problems.push(`${file}: ${text.length} characters, at most ${MAX_PROMPT_CHARS}: shorten it`);
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (placeholder(match[1]) === undefined) problems.push(unknownPlaceholder(file, text, match.index, match[0]));
  }
  if (name === undefined || problems.length > 0) return { ok: false, problems };
  const filled = text.replace(PLACEHOLDER, (_, key: string) => placeholder(key)?.fill(config) ?? "");
  return { ok: true, name, text: filled.trim() };
}

function placeholder(key: string | undefined) {
  return key !== undefined && Object.hasOwn(PROMPT_PLACEHOLDERS, key) ? PROMPT_PLACEHOLDERS[key] : undefined;
}

function unknownPlaceholder(file: string, text: string, offset: number, found: string): string {
  const line = text.slice(0, offset).split("\n").length;
  const known = Object.entries(PROMPT_PLACEHOLDERS).map(([key, { about }]) => `    {{${key}}}  ${about}`);
  return [
    `${file}:${line}: unknown placeholder ${found}`,
    "  remedy: use one of these, or write plain text",
    ...known,
  ].join("\n");
}
