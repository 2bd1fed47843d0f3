/**
 * Build action: writes the bill of materials of everything that the lockfile names.
 *
 *     write-sbom.js <package.json> <pnpm-lock.yaml> <file>
 */
import { readFileSync, writeFileSync } from "node:fs";

import { readLockfile } from "./lockfile.js";
import { makeSbom } from "./make-sbom.js";

const [manifest = "", lockfile = "", output = ""] = process.argv.slice(2);
const { name, version, dependencies } = JSON.parse(readFileSync(manifest, "utf8")) as {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};
const subject = { name, version, runtime: new Set(Object.keys(dependencies)) };
const sbom = makeSbom(subject, readLockfile(readFileSync(lockfile, "utf8")));
writeFileSync(output, `${JSON.stringify(sbom, null, 1)}\n`);
