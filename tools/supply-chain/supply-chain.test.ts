import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { readLockfile } from "#tools/supply-chain/lockfile";
import {
  DEPLOYABLE,
  findException,
  isMetBy,
  LICENCE_EXCEPTIONS,
  readInstalledLicences,
  USABLE,
} from "#tools/supply-chain/licences";
import { makeSbom } from "#tools/supply-chain/make-sbom";

const read = (variable: string): string => readFileSync(process.env[variable] ?? "", "utf8");
const manifest = JSON.parse(read("MANIFEST")) as {
  readonly name: string;
  readonly version: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly pnpm: { readonly onlyBuiltDependencies: readonly string[] };
};
const packages = readLockfile(read("LOCKFILE"));
const licences = readInstalledLicences("node_modules/hono");

/** What only packages for other machines bring along: not installed here, so their manifests are not read. */
const ONLY_ELSEWHERE: ReadonlySet<string> = new Set(["@emnapi/runtime", "@img/sharp-wasm32"]);

describe("what the product is made of", () => {
  it("is pinned by digest, every package of it, and named by no server", () => {
    for (const { name, version, sha512, tarball } of packages) {
      assert.equal(sha512?.length, 88, `${name}@${version} has no SHA-512`);
      assert.equal(tarball, undefined, `${name}@${version} comes from somewhere else`);
    }
  });

  it("is named by exact versions", () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      assert.match(version, /^(npm:[\w@/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/, `${name}: ${version} is no exact version`);
  });

  it("runs nothing when it is installed", () => {
    assert.deepEqual(manifest.pnpm.onlyBuiltDependencies, []);
    assert.equal(manifest.scripts, undefined);
  });

  it("may be deployed: the licence of each package that runs on Cloudflare is a permissive one", () => {
    for (const { name, version } of packages.filter(({ name }) => name in manifest.dependencies)) {
      const licence = licences.get(`${name}@${version}`) ?? "not installed";
      assert.ok(isMetBy(licence, DEPLOYABLE), `${name}: ${licence} is not one of ${[...DEPLOYABLE].join(", ")}`);
    }
  });

  it("may be used: the licence of each package, those included that others bring along, is allowed or has its reason", () => {
    for (const [id, licence] of licences) {
      const name = id.slice(0, id.lastIndexOf("@"));
      assert.ok(
        isMetBy(licence, USABLE) || findException(name, licence) !== undefined,
        `${id}: the licence ${licence} is not one of ${[...USABLE].join(", ")}: do without it, or give a reason in tools/supply-chain/licences.ts`,
      );
    }
  });

  it("is known: each package is installed here, but for those of other machines and what only these use", () => {
    const elsewhere = packages.filter(({ name, version }) => !licences.has(`${name}@${version}`));
    const unknown = elsewhere.filter(({ isForSomePlatforms }) => !isForSomePlatforms).map(({ name }) => name);
    assert.deepEqual(
      unknown.filter((name) => !ONLY_ELSEWHERE.has(name)),
      [],
    );
    assert.ok(licences.size > packages.length / 2, `${licences.size} of ${packages.length} packages were found`);
  });

  it("has no exception from the licences that nothing needs", () => {
    for (const { name } of LICENCE_EXCEPTIONS) {
      const isMeant = (other: string): boolean =>
        name.endsWith("*") ? other.startsWith(name.slice(0, -1)) : other === name;
      assert.ok(
        packages.some((locked) => isMeant(locked.name)),
        `${name} is used no longer: take its exception away`,
      );
    }
  });

  it("is listed in a bill of materials that is the same each time", () => {
    const subject = {
      name: manifest.name,
      version: manifest.version,
      runtime: new Set(Object.keys(manifest.dependencies)),
    };
    const sbom = JSON.parse(read("SBOM")) as ReturnType<typeof makeSbom> & {
      readonly components: readonly { readonly name: string; readonly scope: string; readonly purl: string }[];
    };
    assert.deepEqual(sbom, makeSbom(subject, packages));
    assert.equal(sbom.components.length, packages.length);
    assert.deepEqual(
      new Set(sbom.components.filter(({ scope }) => scope === "required").map(({ name }) => name)),
      subject.runtime,
    );
    assert.ok(sbom.components.some(({ purl }) => /^pkg:npm\/%40[\w.-]+\/[\w.-]+@\d/.test(purl)));
  });
});

describe("reading a lockfile", () => {
  const head = "lockfileVersion: '9.0'\n\npackages:\n\n";
  it("takes names with and without a scope", () => {
    const text = `${head}  '@a/b@1.2.3':\n    resolution: {integrity: sha512-AAAA}\n\n  c@4.0.0-x.1:\n    resolution: {integrity: sha512-BBBB, tarball: x.tgz}\n    engines: {node: '>=18'}\n    cpu: [x64]\n\nsnapshots:\n`;
    assert.deepEqual(readLockfile(text), [
      { name: "@a/b", version: "1.2.3", isForSomePlatforms: false, sha512: "AAAA" },
      { name: "c", version: "4.0.0-x.1", isForSomePlatforms: true, sha512: "BBBB", tarball: "x.tgz" },
    ]);
  });

  it("refuses what it does not understand, rather than leaving packages out", () => {
    assert.throws(() => readLockfile(`${head}  a@1.0.0:\n    other: {}\n\nsnapshots:\n`), /0 of 1/);
    assert.throws(() => readLockfile("lockfileVersion: '8.0'\n"), /9\.0/);
  });
});

describe("licences", () => {
  const licences = new Set(["MIT", "ISC"]);
  for (const [expression, isMet] of [
    ["MIT", true],
    ["GPL-3.0-only", false],
    ["(MIT OR GPL-3.0-only)", true],
    ["MIT AND GPL-3.0-only", false],
    ["MIT AND ISC", true],
    ["GPL-2.0-only OR MIT AND ISC", true],
    ["none", false],
    ["SEE LICENSE IN LICENSE.md", false],
  ] as const)
    it(`${expression}: ${isMet ? "can" : "cannot"} be met`, () => {
      assert.equal(isMetBy(expression, licences), isMet);
    });

  it("an exception is of one package under one licence", () => {
    assert.ok(findException("@img/sharp-libvips-linux-x64", "LGPL-3.0-or-later"));
    assert.equal(findException("@img/sharp-libvips-linux-x64", "GPL-3.0-only"), undefined);
    assert.equal(findException("@img/sharp", "LGPL-3.0-or-later"), undefined);
    assert.equal(findException("jsonify-2", "Public Domain"), undefined);
  });
});
