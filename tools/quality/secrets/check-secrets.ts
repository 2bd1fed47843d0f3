import type { Allowance } from "#tools/quality/secrets/allowances";
import { findSecrets } from "#tools/quality/secrets/find-secrets";

/**
 * What is wrong with the files of one Bazel package, a sentence each: findings that nobody has allowed, and allowances that allow
 * nothing any more.
 *
 * @param folder of the package; "" is the root
 * @param files text by path from the root
 */
export function checkSecrets(
  folder: string,
  files: ReadonlyMap<string, string>,
  allowances: readonly Allowance[],
): string[] {
  const unused = new Set(allowances.filter((allowance) => allowance.package === folder));
  const complaints: string[] = [];
  for (const [file, text] of files) {
    const allowed = [...unused].filter((allowance) => pathOf(allowance) === file);
    const found = findSecrets(text);
    for (const { kind, line, hint, digest } of found)
      if (!allowed.some((allowance) => allowance.digest === digest))
        complaints.push(`${file}:${String(line)}: ${kind}: ${hint}, digest ${digest}`);
    for (const allowance of allowed)
      if (found.some(({ digest }) => digest === allowance.digest)) unused.delete(allowance);
  }
  for (const allowance of unused)
    complaints.push(`${pathOf(allowance)}: nothing in it has the digest ${allowance.digest}: take the allowance away`);
  return complaints;
}

/** Said after complaints. */
export const SECRETS_REMEDY =
  "\nA secret that was written down is no secret: revoke it, then take it out. What only looks like one, a path or a server needs an entry, with its reason, in tools/quality/secrets/allowances.ts.\n";

function pathOf({ package: folder, file }: Allowance): string {
  return folder === "" ? file : `${folder}/${file}`;
}
