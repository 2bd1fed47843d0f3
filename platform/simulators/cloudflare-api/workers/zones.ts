import { createHash } from "node:crypto";

/** A zone of an account. */
export interface Zone {
  readonly id: string;
  readonly name: string;
}

/** The zone of a hostname: its last two labels. Every account has every zone, so that no test needs to make one. */
export function zoneOf(hostname: string): Zone {
  const name = hostname.split(".").slice(-2).join(".");
  return { id: createHash("sha256").update(`zone:${name}`).digest("hex").slice(0, 32), name };
}
