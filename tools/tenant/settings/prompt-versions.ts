import { promptDigest, type PromptName, shortVersion } from "#settings/prompt-version";
import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import type { SettingsPlace } from "#tools/tenant/settings/settings-place";
import type { StoredVersion } from "#tools/tenant/settings/settings-store";

/** The text of `prompts/<name>.md`, as the bundle of this checkout holds it; `undefined` where there is no such file. */
export type BakedText = string | undefined;

/** What a person calls a version: `baked`, or the first digits of its digest. */
export const BAKED = "baked";

/** Fewer digits could name the wrong one tomorrow. */
const MIN_DIGITS = 4;

/**
 * The digest that a person's word means, or `null` for the version in the bundle.
 * @throws CommandError for a word that means none, or several.
 */
export function findVersion(word: string, versions: readonly StoredVersion[], name: PromptName): string | null {
  if (word === BAKED) return null;
  const isPrefix = new RegExp(`^[0-9a-f]{${MIN_DIGITS},64}$`).test(word);
  const found = isPrefix ? versions.filter(({ digest }) => digest.startsWith(word)) : [];
  const [version] = found;
  if (version !== undefined && found.length === 1) return version.digest;
  const known = versions.map(({ digest }) => shortVersion(digest));
  throw new CommandError(`${found.length === 0 ? "no" : "more than one"} version of ${name} is called "${word}"`, {
    fix: `use ${[BAKED, ...known.slice(0, 10)].join(", ")}${known.length > 10 ? ", … (list shows all)" : ""}`,
    exitCode: EXIT_CODES.usage,
  });
}

/** How people read a version. */
export function formatVersion(digest: string | null): string {
  return digest === null ? BAKED : shortVersion(digest);
}

/** The text of a stored version. @throws CommandError when it is not there, or not the one that was pushed. */
export async function readStoredText(place: SettingsPlace, name: PromptName, digest: string): Promise<string> {
  const text = await place.store.readVersion(place.config.tenantId, name, digest);
  if (text !== undefined && (await promptDigest(text)) === digest) return text;
  throw new CommandError(
    `version ${shortVersion(digest)} of ${name} ${text === undefined ? "is not stored" : "was changed"}`,
    {
      why:
        text === undefined
          ? "there is no such key in KV"
          : "its text is not the one of its digest: no Worker would use it",
      fix: "push the text again, or activate another version",
    },
  );
}
