import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { readLockfile } from "#tools/supply-chain/lockfile";
import { makeSbom } from "#tools/supply-chain/make-sbom";

/** Licences under which code may be in what is deployed. */
const ALLOWED: ReadonlySet<string> = new Set(["MIT", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD"]);

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

describe("what the product is made of", () => {
  it("is pinned by digest, every package of it, and named by no server", () => {
    for (const { name, version, sha512, tarball } of packages) {
      assert.equal(sha512?.length, 88, `${name}@${version} has no SHA-512`);
      assert.equal(tarball, undefined, `${name}@${version} comes from somewhere else`);
    }
  });

  it("is named by exact versions", () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, `${name}: ${version} is no exact version`);
  });

  it("runs nothing when it is installed", () => {
    assert.deepEqual(manifest.pnpm.onlyBuiltDependencies, []);
    assert.equal(manifest.scripts, undefined);
  });

  it("may be deployed: the licence of each package that runs on Cloudflare is a permissive one", () => {
    for (const name of Object.keys(manifest.dependencies)) {
      const { license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")) as { license?: string };
      assert.ok(
        ALLOWED.has(license ?? ""),
        `${name}: the licence ${String(license)} is not one of ${[...ALLOWED].join(", ")}`,
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
    const text = `${head}  '@a/b@1.2.3':\n    resolution: {integrity: sha512-AAAA}\n\n  c@4.0.0-x.1:\n    resolution: {integrity: sha512-BBBB, tarball: x.tgz}\n\nsnapshots:\n`;
    assert.deepEqual(readLockfile(text), [
      { name: "@a/b", version: "1.2.3", sha512: "AAAA" },
      { name: "c", version: "4.0.0-x.1", sha512: "BBBB", tarball: "x.tgz" },
    ]);
  });

  it("refuses what it does not understand, rather than leaving packages out", () => {
    assert.throws(() => readLockfile(`${head}  a@1.0.0:\n    other: {}\n\nsnapshots:\n`), /0 of 1/);
    assert.throws(() => readLockfile("lockfileVersion: '8.0'\n"), /9\.0/);
  });
});
