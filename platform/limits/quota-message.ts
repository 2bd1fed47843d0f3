import type { Amount, Budget } from "#limits/budget";
import type { Reserve, Settlement } from "#limits/budget-ledger";
import type { RateWindow, WindowStanding } from "#limits/sliding-window";
import type { BudgetConfig, RateScope } from "#tenancy/limits-config";

/** One scope that a request counts in: whose windows, and how large they are. The longest window comes first. */
export interface RateDemand {
  readonly scope: RateScope;
  /** Which principal or address; "" for the tenant. */
  readonly id: string;
  readonly windows: readonly RateWindow[];
}

/** Where the windows of one scope stand, in the order of its demand. */
export interface ScopeStanding {
  readonly scope: RateScope;
  readonly windows: readonly WindowStanding[];
}

/** Unused requests of a lease that has ended. */
export interface LeaseReturn {
  readonly demands: readonly RateDemand[];
  readonly units: number;
  readonly countedAtMs: number;
  readonly epoch: string;
}

/** What the Worker asks the tenant's quota object, in one call. Limits travel with it: the object knows no config. */
export interface AdmitMessage {
  readonly rate?: {
    readonly demands: readonly RateDemand[];
    /** How many requests the caller could use within a lease; 1: this one only. */
    readonly want: number;
    /** No request is waiting: where no lease is to be had, nothing is counted. */
    readonly isForLater?: boolean;
    readonly returns: readonly LeaseReturn[];
  };
  readonly budget?: { readonly reserve: Reserve; readonly budgets: readonly Budget[] };
}

/** Requests that were counted in advance. One of them is the request that asked. */
export interface RateGrant {
  readonly units: number;
  /** From when the caller asked. */
  readonly validMs: number;
  readonly countedAtMs: number;
  /** Which life of the object granted it: what another life has counted cannot be given back. */
  readonly epoch: string;
}

/** What was reserved: for one call, or for as many as `held` covers. */
export interface HoldGrant {
  readonly day: string;
  readonly held: Amount;
  /** Budgets in mode `warn` that this goes over. */
  readonly exceeded: readonly Budget[];
}

/** Why a request was refused by its rate: the scope, the time to wait from now, and where its windows stand. */
export interface RateRefusal {
  readonly scope: RateScope;
  readonly retryAfterMs: number;
  readonly standings: readonly ScopeStanding[];
}

/** Errors cross the RPC boundary as values, since classes do not. `standings` are those after the decision. */
export type AdmitReply =
  | {
      readonly outcome: "admitted";
      readonly standings: readonly ScopeStanding[];
      readonly grant?: RateGrant;
      readonly hold?: HoldGrant;
    }
  | ({ readonly outcome: "rate_limited" } & RateRefusal)
  | {
      readonly outcome: "budget_exceeded";
      readonly standings: readonly ScopeStanding[];
      readonly budget: Budget;
      readonly resetAtMs: number;
    }
  | { readonly outcome: "wrong_tenant" };

/** What a caller of `GET /usage` wants to see: its own limits, and the budgets that apply to its key. */
export interface UsageMessage {
  readonly demands: readonly RateDemand[];
  readonly budgets: readonly Budget[];
  readonly keyId: string;
  /** Booked first, so that the report knows of them. */
  readonly settlements: readonly Settlement[];
}

export interface LimitUsage {
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** ISO 8601; when more becomes available. Now, when nothing is used. */
  readonly resetAt: string;
}

/** Amounts in the budget's unit: tokens or US dollars. */
export interface BudgetUsage {
  readonly scope: BudgetConfig["scope"];
  readonly id?: string;
  readonly unit: BudgetConfig["unit"];
  readonly window: BudgetConfig["window"];
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly resetAt: string;
  readonly mode: BudgetConfig["mode"];
}

/** What was spent so far in a period, whether a budget limits it or not. */
export interface SpentUsage {
  readonly scope: "tenant" | "key";
  readonly window: BudgetConfig["window"];
  readonly calls: number;
  readonly tokens: number;
  readonly usd: number;
}

export interface UsageReport {
  readonly limits: readonly LimitUsage[];
  readonly budgets: readonly BudgetUsage[];
  readonly spent: readonly SpentUsage[];
}

/** Name of a scope's window, for people and for headers: the scope, with `-burst` for the shorter window. */
export function policyName(scope: RateScope, windowIndex: number): string {
  return windowIndex === 0 ? scope : `${scope}-burst`;
}
