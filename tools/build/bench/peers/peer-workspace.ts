import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A workspace of packages, as Nx and Turborepo want it: the platform, and one package for each tenant. */
export interface PeerWorkspace {
  readonly folder: string;
  /** The same source in both kinds of workspaces is edited alike. */
  readonly sources: string;
  readonly addTenant: (id: string) => void;
}

/** The compiler's settings are those of ts_project; one program instead of one for each library, and it remembers the last time. */
const COMPILER = {
  extends: "./tsconfig.json",
  compilerOptions: {
    noEmit: false,
    declaration: true,
    sourceMap: true,
    removeComments: true,
    rootDir: ".",
    outDir: "dist",
    incremental: true,
    tsBuildInfoFile: "dist/.tsbuildinfo",
  },
  include: ["platform/worker/**/*.ts"],
  exclude: ["**/*.test.ts", "platform/worker/testing"],
  files: ["tools/build/bench/peers/build-tenant.ts", "tools/build/bench/peers/link-platform.ts"],
};

const SCRIPTS = {
  compile: "node node_modules/typescript-native/bin/tsc --project tsconfig.build.json && cp package.json dist/",
  link: "node dist/tools/build/bench/peers/link-platform.js dist parts platform",
};

/** Outputs are declared as Bazel's rules declare them; the inputs of a tenant are its own files and what it is built with. */
export function createPeerWorkspace(repository: string, nodeModules: string, folder: string): PeerWorkspace {
  const sources = path.join(folder, "platform");
  mkdirSync(path.join(folder, "tenants"), { recursive: true });
  for (const name of ["platform", "tools", "tsconfig.json"])
    cpSync(path.join(repository, name), path.join(sources, name), { recursive: true });
  symlinkSync(nodeModules, path.join(sources, "node_modules"));
  const { imports, type } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as {
    readonly imports: object;
    readonly type: string;
  };
  writeJson(path.join(sources, "package.json"), {
    name: "platform",
    version: "0.0.0",
    type,
    imports,
    scripts: SCRIPTS,
  });
  writeJson(path.join(sources, "tsconfig.build.json"), COMPILER);
  return {
    folder,
    sources,
    addTenant(id) {
      const tenant = path.join(folder, "tenants", id);
      mkdirSync(tenant);
      writeJson(path.join(tenant, "package.json"), {
        name: id,
        version: "0.0.0",
        type: "module",
        dependencies: { platform: "*" },
        scripts: {
          build: `node ../../platform/dist/tools/build/bench/peers/build-tenant.js ${id} ../../platform/parts/platform`,
        },
      });
      writeJson(path.join(tenant, "tenant.config.json"), tenantConfig(id));
    },
  };
}

/** The smallest config of a tenant. */
export function tenantConfig(id: string): object {
  return { tenantId: id, displayName: id, accountId: "0".repeat(32) };
}

export function writeJson(file: string, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
