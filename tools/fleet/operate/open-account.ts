import type { TenantConfig } from "#tenancy/tenant-config";
import { CommandError, EXIT_CODES } from "#tools/command/command-line";
import type { Account } from "../account/account.js";
import { type ApiClient, type ApiClientOptions, createApiClient, DEFAULT_API_URL } from "../account/api-client.js";
import { type Credential, readCredential, redact } from "../account/credentials.js";
import { explainFailure } from "../account/explain-failure.js";
import type { WranglerOptions } from "../wrangler/run-wrangler.js";

/** How Cloudflare is reached; settings of a person or a test. */
export interface ReachOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Longest wait for one answer of the API, milliseconds. */
  readonly apiTimeoutMs: number;
  /** Pause before a failed call is made again, milliseconds. */
  readonly firstPauseMs: number;
  readonly signal?: AbortSignal;
  /** Makes the client; many tenants share theirs. */
  readonly clientFor?: (options: ApiClientOptions) => ApiClient;
}

/** A tenant's account, opened with its credential. */
export interface OpenAccount {
  readonly account: Account;
  readonly credential: Credential;
  readonly wrangler: WranglerOptions;
  /** Runs a task; a failure of the API becomes one paragraph with its remedy, and no token is in it. */
  readonly explaining: <T>(task: () => Promise<T>) => Promise<T>;
}

const DEFAULT_API_TIMEOUT_SECONDS = 30;
const FIRST_PAUSE_MS = 500;
/** Longest run of wrangler, milliseconds. */
const WRANGLER_TIMEOUT_MS = 180_000;

/** Reads the settings that a person gave. */
export function reachOf(values: { readonly "api-timeout"?: string }, env: NodeJS.ProcessEnv): ReachOptions {
  const seconds = Number(values["api-timeout"] ?? DEFAULT_API_TIMEOUT_SECONDS);
  if (!(seconds > 0)) {
    throw new CommandError("--api-timeout must be a number of seconds", { exitCode: EXIT_CODES.usage });
  }
  return { env, apiTimeoutMs: seconds * 1_000, firstPauseMs: FIRST_PAUSE_MS };
}

/**
 * Where the tenants' hostnames lead to instead of what DNS says; undefined: DNS decides. An account that is simulated on this
 * machine has its Workers at the same address.
 */
export function connectToOf(values: { readonly "connect-to"?: string }, env: NodeJS.ProcessEnv): string | undefined {
  const api = URL.parse(env["CLOUDFLARE_API_BASE_URL"] ?? DEFAULT_API_URL);
  const isHere = api?.hostname === "127.0.0.1" || api?.hostname === "localhost";
  return values["connect-to"] ?? env["TENANT_CONNECT_TO"] ?? (isHere ? api.origin : undefined);
}

/** Opens the account of a tenant. Nothing is called yet. @throws CommandError when there is no token. */
export function openAccount(config: TenantConfig, reach: ReachOptions): OpenAccount {
  const { env, apiTimeoutMs, firstPauseMs, signal, clientFor = createApiClient } = reach;
  const credential = readCredential(config.tenantId, env);
  const apiUrl = (env["CLOUDFLARE_API_BASE_URL"] ?? DEFAULT_API_URL).replace(/\/+$/, "");
  const abort = signal === undefined ? {} : { signal };
  const client = clientFor({ apiUrl, token: credential.token, timeoutMs: apiTimeoutMs, firstPauseMs, ...abort });
  const { accountId } = config;
  return {
    account: { id: accountId, client },
    credential,
    wrangler: {
      apiUrl,
      token: credential.token,
      accountId,
      // A hanging call of wrangler's own ends with the run.
      timeoutMs: Math.min(WRANGLER_TIMEOUT_MS, apiTimeoutMs * 6),
      pauseMs: firstPauseMs,
      env,
      ...abort,
    },
    async explaining(task) {
      try {
        return await task();
      } catch (error) {
        signal?.throwIfAborted();
        const explained = await explainFailure(error, { client, credential, accountId, apiUrl });
        throw withoutToken(explained, credential.token);
      }
    },
  };
}

/** The last guard: whatever an error says, it does not say the token. */
function withoutToken(error: unknown, token: string): unknown {
  if (!(error instanceof Error)) return error;
  const { why, fix, exitCode } = error instanceof CommandError ? error.hints : {};
  if (!`${error.message}${why ?? ""}${fix ?? ""}${error.stack ?? ""}`.includes(token)) return error;
  return new CommandError(redact(error.message, [token]), {
    ...(why === undefined ? {} : { why: redact(why, [token]) }),
    ...(fix === undefined ? {} : { fix: redact(fix, [token]) }),
    ...(exitCode === undefined ? {} : { exitCode }),
  });
}
