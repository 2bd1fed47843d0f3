import { accountSubdomain, type CloudflareState } from "../state/cloudflare-state.js";
import type { ScriptRecord } from "../workers/script-record.js";

/** The script that answers for a hostname. */
export interface FoundScript {
  readonly account: string;
  readonly script: ScriptRecord;
  /** Set by a preview address: this version answers, whatever the deployment says. */
  readonly versionId?: string;
}

/** Finds the script of an address: custom domain, route, `workers.dev`, or preview of a version. */
export function findScript(state: CloudflareState, url: URL): FoundScript | undefined {
  return byDomain(state, url.hostname) ?? byRoute(state, url) ?? byWorkersDev(state, url.hostname);
}

function byDomain(state: CloudflareState, hostname: string): FoundScript | undefined {
  const found = state.domains.all().find(({ value }) => value.hostname === hostname);
  return found === undefined ? undefined : withScript(state, found.account, found.value.service);
}

function byRoute(state: CloudflareState, { hostname, pathname }: URL): FoundScript | undefined {
  const matches = state.routes
    .all()
    .filter(({ value }) => matchesRoute(value.pattern, hostname + pathname))
    // The most specific pattern wins.
    .toSorted((a, b) => b.value.pattern.length - a.value.pattern.length);
  const [found] = matches;
  return found === undefined ? undefined : withScript(state, found.account, found.value.script);
}

/** Whether `host/path` fits a pattern with `*`. Pure. */
export function matchesRoute(pattern: string, address: string): boolean {
  const expression = pattern
    .replace(/^https?:\/\//, "")
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${expression}$`).test(address);
}

function byWorkersDev(state: CloudflareState, hostname: string): FoundScript | undefined {
  const [, label, subdomain] = /^([^.]+)\.([^.]+)\.workers\.dev$/.exec(hostname) ?? [];
  if (label === undefined) return undefined;
  for (const { account, value: script } of state.scripts.all()) {
    if (accountSubdomain(account) !== subdomain) continue;
    if (script.name === label) return script.subdomain.enabled ? { account, script } : undefined;
    const version = script.versions.find(({ id }) => label === `${id.slice(0, 8)}-${script.name}`);
    if (version !== undefined && script.subdomain.previews_enabled) return { account, script, versionId: version.id };
  }
  return undefined;
}

function withScript(state: CloudflareState, account: string, name: string): FoundScript | undefined {
  const script = state.scripts.get(account, name);
  return script === undefined ? undefined : { account, script };
}
