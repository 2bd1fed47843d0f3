/** The revision without a handshake: each request says its version (modelcontextprotocol.io/specification/2026-07-28). */
export const MODERN_VERSION = "2026-07-28";

/** Revisions that begin with `initialize`, the newest first. */
export const LEGACY_VERSIONS: readonly string[] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/** The newest of the legacy revisions: what a client is offered that asks for one that nobody knows. */
const NEWEST_LEGACY = "2025-11-25";

/** Every revision that is served. */
export const SUPPORTED_VERSIONS: readonly string[] = [MODERN_VERSION, ...LEGACY_VERSIONS];

/** The version that `initialize` agrees on: the one asked for, or else the newest that has a handshake. */
export function negotiate(requested: unknown): string {
  return LEGACY_VERSIONS.find((version) => version === requested) ?? NEWEST_LEGACY;
}
