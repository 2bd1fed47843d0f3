import { type Budget, BUDGET_WINDOWS, dayOf, periodEndMs, periodOf, toUsd } from "#limits/budget";
import { accountOf, type LedgerState } from "#limits/budget-ledger";
import {
  type BudgetUsage,
  type LimitUsage,
  policyName,
  type ScopeStanding,
  type SpentUsage,
  type UsageReport,
} from "#limits/quota-message";

/** What `GET /usage` tells a caller: its own limits, and the budgets that its key draws on. */
export function reportUsage(
  ledger: LedgerState,
  standings: readonly ScopeStanding[],
  budgets: readonly Budget[],
  keyId: string,
  nowMs: number,
): UsageReport {
  return {
    limits: standings.flatMap((standing) => limitUsage(standing, nowMs)),
    budgets: budgets.flatMap((budget) => budgetUsage(ledger, budget, keyId, nowMs)),
    spent: spentUsage(ledger, keyId, nowMs),
  };
}

function limitUsage({ scope, windows }: ScopeStanding, nowMs: number): LimitUsage[] {
  return windows.map(({ limit, remaining, resetMs }, index) => ({
    name: policyName(scope, index),
    limit,
    used: limit - remaining,
    remaining,
    resetAt: iso(nowMs + resetMs),
  }));
}

/** One line per subject: a budget of each key is told for the caller's own, one of each model for those used. */
function budgetUsage(ledger: LedgerState, budget: Budget, keyId: string, nowMs: number): BudgetUsage[] {
  const { scope, unit, window, limit, mode } = budget;
  const period = periodOf(window, dayOf(nowMs));
  const shown = (value: number): number => (unit === "tokens" ? value : toUsd(value));
  return subjectsOf(ledger, budget, keyId, period).map((subject) => {
    const { spent, held } = accountOf(ledger, scope, subject, period);
    return {
      scope,
      ...(scope === "tenant" ? {} : { id: subject }),
      unit: unit === "tokens" ? unit : "usd",
      window,
      limit: shown(limit),
      used: shown(spent[unit]),
      reserved: shown(held[unit]),
      resetAt: iso(periodEndMs(window, nowMs)),
      mode,
    };
  });
}

function subjectsOf(ledger: LedgerState, { scope, id }: Budget, keyId: string, period: string): string[] {
  if (scope === "tenant") return [""];
  if (scope === "key") return id === undefined || id === keyId ? [keyId] : [];
  if (id !== undefined) return [id];
  const prefix = `${period} model `;
  return [...ledger.accounts.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}

function spentUsage(ledger: LedgerState, keyId: string, nowMs: number): SpentUsage[] {
  return BUDGET_WINDOWS.flatMap((window) =>
    (["tenant", "key"] as const).map((scope) => {
      const period = periodOf(window, dayOf(nowMs));
      const { spent, calls } = accountOf(ledger, scope, scope === "key" ? keyId : "", period);
      return { scope, window, calls, tokens: spent.tokens, usd: toUsd(spent.microUsd) };
    }),
  );
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
