import { aclLabelSchema, MAX_ACL_LABELS } from "#tenancy/acl-label";
import { type Scope, SCOPES, scopeSchema } from "#tenancy/scopes";
import { CommandError, EXIT_CODES } from "#tools/command/command-line";

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** `chat,search` as scopes. @throws CommandError for what is none. */
export function parseScopes(text: string): readonly Scope[] {
  const scopes = words(text).map((word) => {
    const scope = scopeSchema.safeParse(word);
    if (scope.success) return scope.data;
    throw usage(`there is no scope "${word}"`, `use some of: ${SCOPES.join(", ")}, tools:<name>`);
  });
  if (scopes.length > 0) return scopes;
  throw usage("--scopes names no scope", `use some of: ${SCOPES.join(", ")}, tools:<name>`);
}

/** `team:legal,team:hr` as labels of documents. */
export function parseLabels(text: string | undefined): readonly string[] {
  const labels = words(text ?? "");
  for (const label of labels) {
    const { success, error } = aclLabelSchema.safeParse(label);
    if (!success) throw usage(`"${label}" is no label of documents`, error.issues[0]?.message ?? "");
  }
  if (labels.length <= MAX_ACL_LABELS) return labels;
  throw usage(`${labels.length} labels are too many`, `give at most ${MAX_ACL_LABELS}`);
}

/** A length of time such as `90d`, `12h`, `30m`, in milliseconds. */
export function parseDuration(option: string, text: string): number {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS.get(unit ?? "") ?? NaN);
  if (Number.isFinite(ms)) return ms;
  throw usage(`--${option} is "${text}"`, "write a number and m, h or d: 30m, 12h, 90d");
}

function words(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ""))];
}

function usage(what: string, fix: string): CommandError {
  return new CommandError(what, { fix, exitCode: EXIT_CODES.usage });
}
