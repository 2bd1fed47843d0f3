import { refusals } from "../api/api-error.js";
import { isPermitted, type Permission } from "./permissions.js";

/** An API token and what it may do. */
export interface TokenRecord {
  readonly token: string;
  /** Whose it is: the author of versions and deployments. */
  readonly email: string;
  /** Accounts it may act in. */
  readonly accounts: readonly string[];
  readonly permissions: readonly Permission[] | "all";
  /** Milliseconds since the epoch; absent: never. */
  readonly expiresAtMs?: number;
}

export type TokenStatus = "active" | "expired";

export function tokenStatus({ expiresAtMs }: TokenRecord, nowMs: number): TokenStatus {
  return expiresAtMs !== undefined && expiresAtMs <= nowMs ? "expired" : "active";
}

/** Finds the token of an Authorization header. @throws ApiError when there is none or it is unknown. */
export function findToken(tokens: readonly TokenRecord[], authorization: string | undefined): TokenRecord {
  if (authorization === undefined) throw refusals.missingToken();
  const text = /^Bearer (.+)$/.exec(authorization)?.[1];
  const found = tokens.find(({ token }) => token === text);
  if (found === undefined) throw refusals.invalidToken();
  return found;
}

/** Lets a call through, or refuses it. @throws ApiError */
export function authorize(token: TokenRecord, account: string, wanted: Permission | "user", nowMs: number): void {
  if (tokenStatus(token, nowMs) !== "active") throw refusals.invalidToken();
  if (wanted === "user") return;
  if (!token.accounts.includes(account) || !isPermitted(token.permissions, wanted)) throw refusals.notPermitted();
}
