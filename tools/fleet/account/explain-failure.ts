import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";
import { type ApiClient, ApiFailure } from "./api-client.js";
import type { Credential } from "./credentials.js";

/** What a refused credential was used for. */
export interface FailureContext {
  readonly client: ApiClient;
  readonly credential: Credential;
  readonly accountId: string;
  readonly apiUrl: string;
}

const RUNBOOK = "docs/runbooks/credentials.md";

/** Turns a failure of the API into one paragraph: what, why, and what to do. Other errors are passed through. */
export async function explainFailure(error: unknown, context: FailureContext): Promise<unknown> {
  if (!(error instanceof ApiFailure)) return error;
  const { status, call, message } = error;
  if (status === 0) {
    return new CommandError(`Cloudflare's API cannot be reached at ${context.apiUrl}`, {
      why: `${call}: ${error.reason}`,
      fix: "check the network and a proxy (HTTPS_PROXY), then run the command again: it goes on where it stopped",
    });
  }
  if (status === 401 || status === 403 || error.code === 9_106) return explainCredential(error, context);
  if (status === 429) {
    return new CommandError("Cloudflare's API refuses further calls for now", {
      why: message,
      fix: "wait five minutes and run the command again, or lower --concurrency",
    });
  }
  if (status >= 500) {
    return new CommandError("Cloudflare's API fails", {
      why: `${message} (HTTP ${status}, tried several times)`,
      fix: "see www.cloudflarestatus.com, then run the command again: it goes on where it stopped",
    });
  }
  return new CommandError("Cloudflare's API refused a call", { why: `${message} (HTTP ${status})` });
}

/** Finds out what is wrong with a token by asking the API about it. */
async function explainCredential(failure: ApiFailure, context: FailureContext): Promise<CommandError> {
  const { variable } = context.credential;
  switch (await tokenStatus(context)) {
    case "active":
      return explainAccess(failure, context);
    case "expired":
    case "disabled":
      return new CommandError(`the API token in ${variable} has expired or is disabled`, {
        why: failure.message,
        fix: `roll it in the dashboard (My Profile → API Tokens) and set ${variable} anew; ${RUNBOOK}`,
      });
    default:
      return new CommandError(`Cloudflare does not know the API token in ${variable}`, {
        why: failure.message,
        fix: `copy the token again, whole, into ${variable}; ${RUNBOOK} says how to make one`,
      });
  }
}

async function explainAccess(failure: ApiFailure, context: FailureContext): Promise<CommandError> {
  const { client, credential, accountId } = context;
  const accounts = await client.list("/accounts", z.looseObject({ id: z.string() })).catch(() => []);
  if (!accounts.some(({ id }) => id === accountId)) {
    const reachable = accounts.map(({ id }) => id).join(", ") || "none that it may list";
    return new CommandError(`the API token in ${credential.variable} is not for the account ${accountId}`, {
      why: `${failure.message}; the token's accounts: ${reachable}`,
      fix: `set ${credential.variable} to a token of that account, or correct "accountId" in tenant.config.json`,
    });
  }
  return new CommandError(`the API token in ${credential.variable} lacks a permission`, {
    why: failure.message,
    fix: `add the permission that this call needs to the token; ${RUNBOOK} lists all of them`,
  });
}

/** Asks at the place for tokens of users, then at the one for tokens of accounts. */
async function tokenStatus({ client, accountId }: FailureContext): Promise<string> {
  const schema = z.looseObject({ status: z.string() });
  for (const path of ["/user/tokens/verify", `/accounts/${accountId}/tokens/verify`]) {
    try {
      return (await client.call("GET", path, schema)).status;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
    }
  }
  return "unknown";
}
