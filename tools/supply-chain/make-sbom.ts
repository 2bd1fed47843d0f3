import { createHash } from "node:crypto";

import type { LockedPackage } from "./lockfile.js";

/** The product that the components are of. */
export interface SbomSubject {
  readonly name: string;
  readonly version: string;
  /** Packages that code which runs on Cloudflare is made of, by name; all others serve the build and the tests. */
  readonly runtime: ReadonlySet<string>;
}

/**
 * A software bill of materials in CycloneDX 1.6 (ECMA-424). The same lockfile gives the same bytes: its serial number is a
 * digest, and it has no time.
 */
export function makeSbom({ name, version, runtime }: SbomSubject, packages: readonly LockedPackage[]): object {
  const components = packages.map((locked) => ({
    type: "library",
    "bom-ref": purlOf(locked),
    name: locked.name,
    version: locked.version,
    scope: runtime.has(locked.name) ? "required" : "excluded",
    purl: purlOf(locked),
    ...(locked.sha512 === undefined ? {} : { hashes: [{ alg: "SHA-512", content: toHex(locked.sha512) }] }),
  }));
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([name, version, components]))}`,
    version: 1,
    metadata: { component: { type: "application", "bom-ref": name, name, version } },
    components,
  };
}

/** A package URL (github.com/package-url/purl-spec): the "@" of a scope is percent-encoded. */
function purlOf({ name, version }: LockedPackage): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function toHex(base64: string): string {
  return Array.from(atob(base64), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

/** A UUID of version 8 (RFC 9562), from a digest. */
function uuidOf(content: string): string {
  const hex = createHash("sha256").update(content).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
