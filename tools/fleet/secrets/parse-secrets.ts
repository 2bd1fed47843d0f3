import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";

/** Names as environment variables have them. */
const NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

const secretsSchema = z.record(z.string().check(z.regex(NAME_PATTERN)), z.string().check(z.minLength(1)));

/** Reads `{"NAME": "text"}`. Pure. @throws CommandError that shows nothing of the text */
export function parseSecrets(text: string, file: string): Readonly<Record<string, string>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CommandError(`${file} is not JSON`, { fix: 'write {"NAME": "text", …}' });
  }
  const parsed = secretsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CommandError(`${file} holds something else than names and texts`, { fix: 'write {"NAME": "text", …}' });
}

/** @throws CommandError */
export function requireSecretName(name: string | undefined): string {
  if (name !== undefined && NAME_PATTERN.test(name)) return name;
  throw new CommandError(`${name ?? "nothing"} is no name of a secret`, {
    fix: "use letters, digits and _, as in an environment variable",
    exitCode: 2,
  });
}
