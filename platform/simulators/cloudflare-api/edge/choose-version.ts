import type { TrafficShare } from "../workers/script-record.js";

/** Header by which a caller picks one version of the current deployment ("Version overrides" page of the Workers docs). */
export const VERSION_OVERRIDES_HEADER = "cloudflare-workers-version-overrides";

/**
 * The version that answers a request. Pure. An override counts only for a version of the current deployment, also one
 * that gets 0 % of the traffic. `random` is from 0 to 1 (exclusive).
 */
export function chooseVersion(
  scriptName: string,
  shares: readonly TrafficShare[],
  overrides: string | undefined,
  random: number,
): string | undefined {
  const wanted = parseOverrides(overrides).get(scriptName);
  if (wanted !== undefined && shares.some(({ version_id: id }) => id === wanted)) return wanted;
  let passed = 0;
  for (const { version_id: id, percentage } of shares) {
    passed += percentage;
    if (random * 100 < passed) return id;
  }
  return shares[0]?.version_id;
}

/** Reads `name="id", other="id"` (a dictionary of RFC 8941 with strings only). What is malformed counts as absent. */
function parseOverrides(header: string | undefined): Map<string, string> {
  const entries = (header ?? "").split(",").map((entry) => /^\s*([a-z*][a-z0-9_.*-]*)="([^"\\]*)"\s*$/.exec(entry));
  if (entries.includes(null)) return new Map();
  return new Map(entries.map((entry) => [entry?.[1] ?? "", entry?.[2] ?? ""]));
}
