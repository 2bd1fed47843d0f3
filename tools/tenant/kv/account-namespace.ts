import { resolveEnvironment, type EnvironmentName } from "#tenancy/environments";
import type { TenantConfig } from "#tenancy/tenant-config";
import { CommandError } from "#tools/command/command-line";
import type { RestNamespace } from "#tools/tenant/kv/rest-key-values";

/** Cloudflare's REST API (developers.cloudflare.com/api). `CLOUDFLARE_API_BASE_URL` names another one, as for wrangler. */
const API_BASE_URL = "https://api.cloudflare.com/client/v4";

/**
 * The KV namespace of a tenant's environment in its Cloudflare account: account and namespace from the config, the token from
 * `CLOUDFLARE_API_TOKEN_<TENANT>`, else `CLOUDFLARE_API_TOKEN`. @throws CommandError for what is missing, and where to get it.
 */
export function accountNamespace(
  config: TenantConfig,
  environment: EnvironmentName,
  env: Readonly<Record<string, string | undefined>>,
): RestNamespace {
  const { kvNamespaceId } = resolveEnvironment(config.tenantId, config.environments, environment);
  if (kvNamespaceId === undefined) {
    throw new CommandError(`${environment} of ${config.tenantId} has no KV namespace`, {
      why: `environments.${environment}.resources.kvNamespaceId is not in its config`,
      fix: "create the namespace and write its id into tenant.config.json",
    });
  }
  const base = baseUrl(env["CLOUDFLARE_API_BASE_URL"] ?? API_BASE_URL);
  return {
    url: `${base}/accounts/${config.accountId}/storage/kv/namespaces/${kvNamespaceId}`,
    token: apiToken(config.tenantId, env),
  };
}

function apiToken(tenantId: string, env: Readonly<Record<string, string | undefined>>): string {
  const own = `CLOUDFLARE_API_TOKEN_${tenantId.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
  const token = env[own] ?? env["CLOUDFLARE_API_TOKEN"];
  if (token !== undefined && token !== "") return token;
  throw new CommandError(`there is no API token for ${tenantId}`, {
    fix: `set ${own} or CLOUDFLARE_API_TOKEN to a token with the permission "Workers KV Storage: Edit"`,
  });
}

/** A token must not travel in the clear, but for this machine. */
function baseUrl(text: string): string {
  const url = URL.parse(text);
  const isLoopback = url !== null && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback)) return text.replace(/\/+$/, "");
  throw new CommandError(`CLOUDFLARE_API_BASE_URL is ${text}`, {
    fix: "write an https address, such as https://api.cloudflare.com/client/v4, or leave it out",
  });
}
