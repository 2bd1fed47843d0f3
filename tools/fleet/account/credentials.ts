import { CommandError } from "#tools/command/command-line";

/** The variable that holds a tenant's own token: upper case, everything but letters and digits becomes `_`. */
export function tokenVariable(tenantId: string): string {
  return `CLOUDFLARE_API_TOKEN_${tenantId.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
}

/** A token and the name of the variable it came from; only the name may be shown. */
export interface Credential {
  readonly token: string;
  readonly variable: string;
}

/** Reads the token for a tenant: its own, else the common one. @throws CommandError when there is none. */
export function readCredential(tenantId: string, env: NodeJS.ProcessEnv): Credential {
  const own = tokenVariable(tenantId);
  for (const variable of [own, "CLOUDFLARE_API_TOKEN"]) {
    const token = env[variable]?.trim();
    if (token === undefined || token === "") continue;
    if (/[\s"']/.test(token)) {
      throw new CommandError(`the value of ${variable} is no API token`, {
        why: "it holds blanks or quotes",
        fix: `set ${variable} to the token alone`,
      });
    }
    return { token, variable };
  }
  throw new CommandError(`there is no Cloudflare API token for the tenant ${tenantId}`, {
    why: `neither ${own} nor CLOUDFLARE_API_TOKEN is set`,
    fix: `set ${own}, or CLOUDFLARE_API_TOKEN for all tenants; docs/runbooks/credentials.md lists the permissions it needs`,
  });
}

/**
 * Takes secrets out of a text before it is shown or kept. Values shorter than six characters are left: they would
 * tear up words, and are no secrets.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const shown = secrets.filter((secret) => secret.length >= 6).toSorted((a, b) => b.length - a.length);
  return shown.reduce((redacted, secret) => redacted.replaceAll(secret, "[redacted]"), text);
}
