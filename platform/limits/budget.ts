import type { BudgetConfig } from "#tenancy/limits-config";

const MICRO_USD_PER_USD = 1_000_000;

/** Tokens and money, both whole numbers ≥ 0. Money is in millionths of a US dollar: sums stay exact. */
export interface Amount {
  readonly tokens: number;
  readonly microUsd: number;
}

export const NOTHING: Amount = { tokens: 0, microUsd: 0 };

/** A limit on what may be spent in a calendar day or month (UTC). `limit` is in the budget's own unit. */
export interface Budget {
  readonly scope: BudgetConfig["scope"];
  /** The one key or model that is meant; absent: each for itself. */
  readonly id?: string;
  readonly unit: keyof Amount;
  readonly window: BudgetWindow;
  readonly limit: number;
  readonly mode: BudgetConfig["mode"];
}

export type BudgetWindow = BudgetConfig["window"];
export const BUDGET_WINDOWS: readonly BudgetWindow[] = ["day", "month"];

/** Who spends on what. */
export interface Spender {
  /** Id of the API key or other principal. */
  readonly keyId: string;
  readonly modelId: string;
}

/** The budgets of a config, money in micro-USD. With `isEnforced` false all of them only warn. */
export function toBudgets(configs: readonly BudgetConfig[], isEnforced = true): Budget[] {
  return configs.map(({ scope, id, unit, window, limit, mode }) => ({
    scope,
    window,
    mode: isEnforced ? mode : "warn",
    ...(unit === "usd" ? { unit: "microUsd" as const, limit: Math.round(limit * MICRO_USD_PER_USD) } : { unit, limit }),
    ...(id === undefined ? {} : { id }),
  }));
}

/** Millionths of a US dollar, rounded up: what a call costs is never booked as less. */
export function toMicroUsd(usd: number): number {
  // One part in 10⁹ is what floating point adds, not what was spent.
  return Math.ceil(usd * MICRO_USD_PER_USD * (1 - 1e-9));
}

export function toUsd(microUsd: number): number {
  return microUsd / MICRO_USD_PER_USD;
}

/** The budgets that a call of this spender draws on. */
export function budgetsFor(budgets: readonly Budget[], spender: Spender): Budget[] {
  return budgets.filter(({ scope, id }) => id === undefined || id === subjectOf(scope, spender));
}

/** What a scope adds up for: the key, the model, or nothing further. */
export function subjectOf(scope: Budget["scope"], { keyId, modelId }: Spender): string {
  return { tenant: "", key: keyId, model: modelId }[scope];
}

/** The UTC day of a moment, `2026-11-17`. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** The period that a day belongs to: itself, or its month as `2026-11`. */
export function periodOf(window: BudgetWindow, day: string): string {
  return window === "day" ? day : day.slice(0, 7);
}

/** When the next period begins, in ms since the epoch: midnight UTC, of the first of a month for `month`. */
export function periodEndMs(window: BudgetWindow, timeMs: number): number {
  const date = new Date(timeMs);
  return window === "day"
    ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1)
    : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

export function plus(a: Amount, b: Amount): Amount {
  return { tokens: a.tokens + b.tokens, microUsd: a.microUsd + b.microUsd };
}

/** The difference; may be negative. */
export function minus(a: Amount, b: Amount): Amount {
  return { tokens: a.tokens - b.tokens, microUsd: a.microUsd - b.microUsd };
}

export function times(a: Amount, factor: number): Amount {
  return { tokens: a.tokens * factor, microUsd: a.microUsd * factor };
}

/** The difference, each part at least 0. */
export function minusToZero(a: Amount, b: Amount): Amount {
  return { tokens: Math.max(0, a.tokens - b.tokens), microUsd: Math.max(0, a.microUsd - b.microUsd) };
}

export function covers(a: Amount, b: Amount): boolean {
  return a.tokens >= b.tokens && a.microUsd >= b.microUsd;
}
