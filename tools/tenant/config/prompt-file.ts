import { checkPrompt, normalizePrompt } from "#settings/prompt-template";
import { PROMPT_NAMES, PROMPTS, type PromptName } from "#settings/prompt-version";

/** A prompt as it is baked in or pushed, or the problems of its file, each with file, line and remedy. */
export type PromptFileResult =
  | { readonly ok: true; readonly name: PromptName; readonly text: string }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Checks one `prompts/<name>.md`: its name, which says what it is for unless that is known, and its text. Pure. */
export function parsePromptFile(
  file: string,
  content: string,
  name: PromptName | undefined = promptOfFile(file),
): PromptFileResult {
  const text = normalizePrompt(content);
  const problems = checkPrompt(content).map(
    ({ line, rule, remedy }) => `${file}${line === undefined ? "" : `:${line}`}: ${rule}\n  remedy: ${remedy}`,
  );
  if (name === undefined)
    problems.unshift(`${file}: no prompt is called so\n  remedy: rename the file: ${fileNames()}`);
  return name === undefined || problems.length > 0 ? { ok: false, problems } : { ok: true, name, text };
}

/** The prompt that a file is for, by its name; `undefined` when the platform reads no such prompt. */
function promptOfFile(file: string): PromptName | undefined {
  const base = file.split(/[\\/]/).at(-1);
  return PROMPT_NAMES.find((name) => base === `${name}.md`);
}

function fileNames(): string {
  return PROMPT_NAMES.map((name) => `${name}.md (${PROMPTS[name]})`).join(", ");
}
