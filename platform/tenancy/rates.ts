import type { LimitsConfig, RateScope } from "#tenancy/limits-config";

/** A rate with its defaults filled in: requests in any 60 s, and in any 10 s. */
export interface Rate {
  readonly perMinute: number;
  readonly burst: number;
}

const DEFAULT_PER_MINUTE = 60;
/** How the rate of a scope follows from the principal's where the config is silent. */
const RATE_FACTORS: Readonly<Record<RateScope, number>> = { principal: 1, ip: 2, tenant: 20 };

/** The rate of a scope. What the config leaves out follows from the principal's rate; the burst is a third of a minute's. */
export function rateOf({ rate }: LimitsConfig, scope: RateScope): Rate {
  const factor = RATE_FACTORS[scope];
  const perMinute = rate[scope].perMinute ?? (rate.principal.perMinute ?? DEFAULT_PER_MINUTE) * factor;
  const principalBurst = rate.principal.burst;
  const isDerived = rate[scope].perMinute === undefined && principalBurst !== undefined;
  const burst = rate[scope].burst ?? (isDerived ? principalBurst * factor : Math.ceil(perMinute / 3));
  return { perMinute, burst: Math.min(burst, perMinute) };
}
