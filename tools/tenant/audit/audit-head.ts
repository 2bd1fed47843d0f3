import type { AuditHead } from "#storage/audit-log";
import { CommandError, EXIT_CODES } from "#tools/command/command-line";

/** The head of a chain in one word, `1042:9f86…`: to be kept where the database's owner cannot change it. */
export function formatHead({ seq, hash }: AuditHead): string {
  return `${seq}:${hash}`;
}

/** Reads what `formatHead` wrote. @throws CommandError with exit code 2. */
export function parseHead(text: string): AuditHead {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash };
  throw new CommandError(`--expect ${text} is no head`, {
    fix: "give it as verify prints it: number, colon, 64 hex digits",
    exitCode: EXIT_CODES.usage,
  });
}
