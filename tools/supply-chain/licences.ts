import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";

/** Licences (SPDX) under which code may be in what is deployed. */
export const DEPLOYABLE: ReadonlySet<string> = new Set([
  ...["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"],
]);

/** Licences under which a package may be used to build and test. */
export const USABLE: ReadonlySet<string> = new Set([...DEPLOYABLE, "BlueOak-1.0.0", "CC0-1.0"]);

/** Packages that are used though their licence is none of those. */
export interface LicenceException {
  /** The package, or with `*` at its end all whose names begin so. */
  readonly name: string;
  readonly licence: string;
  readonly reason: string;
}

export const LICENCE_EXCEPTIONS: readonly LicenceException[] = [
  {
    name: "@img/sharp-libvips-*",
    licence: "LGPL-3.0-or-later",
    reason:
      "A shared library that miniflare loads to imitate image bindings on a developer's machine. It is in nothing that is deployed.",
  },
  {
    name: "jsonify",
    licence: "Public Domain",
    reason: "No SPDX licence, and no claim at all; a dependency of a client that only tests use.",
  },
];

/** Whether an SPDX expression can be met with some of these licences. */
export function isMetBy(expression: string, licences: ReadonlySet<string>): boolean {
  return expression
    .replaceAll(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((licence) => licences.has(licence.trim())));
}

/** The exception for a package under a licence. */
export function findException(name: string, licence: string): LicenceException | undefined {
  return LICENCE_EXCEPTIONS.find(
    (exception) =>
      exception.licence === licence &&
      (exception.name.endsWith("*") ? name.startsWith(exception.name.slice(0, -1)) : name === exception.name),
  );
}

/**
 * The licence of each installed package by `name@version`, those included that others bring along: all that lie in the store of
 * a `node_modules`, `<store>/<id>/node_modules/<name>`.
 *
 * @param link a package's link in `node_modules`
 */
export function readInstalledLicences(link: string): ReadonlyMap<string, string> {
  const { store } = /^(?<store>.*)\/[^/]+\/node_modules\/(?:@[^/]+\/)?[^/]+$/.exec(realpathSync(link))?.groups ?? {};
  if (store === undefined) throw new Error(`${link} does not lead into a store of packages`);
  const found = new Map<string, string>();
  for (const id of readdirSync(store)) {
    const folder = path.join(store, id, "node_modules");
    for (const name of existsSync(folder) ? packagesIn(folder) : []) {
      const file = path.join(folder, name, "package.json");
      if (!existsSync(file)) continue;
      const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
      if (manifest.version !== undefined) found.set(`${name}@${manifest.version}`, licenceOf(manifest));
    }
  }
  return found;
}

interface Manifest {
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
  readonly licenses?: readonly { readonly type?: string }[];
}

/** As it is written today, or in one of the two older forms. */
function licenceOf({ license, licenses }: Manifest): string {
  if (typeof license === "string") return license;
  const types = (license === undefined ? (licenses ?? []) : [license]).map(({ type = "" }) => type);
  return types.length === 0 ? "none" : types.join(" OR ");
}

function packagesIn(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) =>
    name.startsWith("@") ? readdirSync(path.join(folder, name)).map((rest) => `${name}/${rest}`) : [name],
  );
}
