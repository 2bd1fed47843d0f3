import type { RateDemand } from "#limits/quota-message";
import type { RateWindow } from "#limits/sliding-window";
import type { LimitsConfig, RateScope } from "#tenancy/limits-config";
import { rateOf } from "#tenancy/rates";

/** Who sends a request, as far as rate limits care. Nothing here may be chosen by the caller itself. */
export interface RateCaller {
  /** Id of the authenticated principal; absent for an anonymous one, which is told apart by its address. */
  readonly principalId?: string;
  /** Address of the client: `cf-connecting-ip`. */
  readonly ip: string;
}

const MINUTE_MS = 60_000;
const BURST_MS = 10_000;
const ALL_SCOPES: readonly RateScope[] = ["tenant", "principal", "ip"];

/** What a request counts in: tenant, principal and address, or only some of them. Nothing when limits are not enforced. */
export function rateDemands(
  limits: LimitsConfig,
  { principalId, ip }: RateCaller,
  scopes: readonly RateScope[] = ALL_SCOPES,
): RateDemand[] {
  if (!limits.enforced) return [];
  const network = networkOf(ip);
  const ids = { tenant: "", principal: principalId ?? `anonymous@${network}`, ip: network };
  const windows = windowsOf(limits);
  return scopes.map((scope) => ({ scope, id: ids[scope], windows: windows[scope] }));
}

/** The part of an address that one customer holds: all of IPv4, the /64 of IPv6, whose other half anyone can vary at will. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  if (!ip.includes(":")) return ip.slice(0, 64);
  const [head = "", tail] = ip.toLowerCase().split("::", 2);
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: missing }, () => "0"), ...after].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "").slice(0, 4)).join(":")}::/64`;
}

type WindowsByScope = Readonly<Record<RateScope, readonly RateWindow[]>>;

/** A config's windows, worked out once: it is the same object for every request. */
const cache = new WeakMap<LimitsConfig, WindowsByScope>();

function windowsOf(limits: LimitsConfig): WindowsByScope {
  let windows = cache.get(limits);
  if (windows === undefined) {
    const of = (scope: RateScope): RateWindow[] => {
      const { perMinute, burst } = rateOf(limits, scope);
      return [
        { limit: perMinute, windowMs: MINUTE_MS },
        { limit: burst, windowMs: BURST_MS },
      ];
    };
    windows = { tenant: of("tenant"), principal: of("principal"), ip: of("ip") };
    cache.set(limits, windows);
  }
  return windows;
}
