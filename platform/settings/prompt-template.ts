import type { TenantConfig } from "#tenancy/tenant-config";

/**
 * What a prompt may say with `{{name}}`, and where the value comes from. A text with any other placeholder is refused,
 * by the build and at run time, so a misspelt one can never reach a model.
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

/** One thing that is wrong with a prompt's text. */
export interface PromptProblem {
  /** Line, from 1; absent where it is the text as a whole. */
  readonly line?: number;
  readonly rule: string;
  readonly remedy: string;
}

/** The form in which a prompt is kept and digested: equal prompts are equal texts, whatever wrote the file. */
export function normalizePrompt(text: string): string {
  return text.replaceAll("\r\n", "\n").trim();
}

/** What is wrong with a prompt's text; nothing, if it can be used. Pure. */
export function checkPrompt(text: string): readonly PromptProblem[] {
  const problems: PromptProblem[] = [];
  if (text.trim() === "") problems.push({ rule: "the prompt is empty", remedy: "write it" });
  if (text.length > MAX_PROMPT_CHARS) {
    problems.push({ rule: `${text.length} characters, at most ${MAX_PROMPT_CHARS}`, remedy: "shorten it" });
  }
  for (const { 0: found, 1: name, index } of text.matchAll(PLACEHOLDER)) {
    if (placeholder(name) !== undefined) continue;
    problems.push({
      line: text.slice(0, index).split("\n").length,
      rule: `unknown placeholder ${found.slice(0, 80)}`,
      remedy: `use one of ${knownPlaceholders()}, or write plain text`,
    });
  }
  return problems;
}

/** Fills the placeholders of a text that `checkPrompt` found nothing wrong with. Pure. */
export function fillPrompt(text: string, config: TenantConfig): string {
  return text.replace(PLACEHOLDER, (_, name: string) => placeholder(name)?.fill(config) ?? "");
}

function placeholder(name: string | undefined) {
  return name !== undefined && Object.hasOwn(PROMPT_PLACEHOLDERS, name) ? PROMPT_PLACEHOLDERS[name] : undefined;
}

function knownPlaceholders(): string {
  return Object.entries(PROMPT_PLACEHOLDERS)
    .map(([name, { about }]) => `{{${name}}} (${about})`)
    .join(", ");
}
