import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { parse } from "jsonc-parser";

import * as z from "#base/zod";

import { resolveEnvironment, type EnvironmentName, type ResolvedEnvironment } from "#tenancy/environments";
import { tenantConfigSchema, type TenantConfig } from "#tenancy/tenant-config";
import { CommandError } from "#tools/command/command-line";
import { readTenantConfig } from "#tools/tenant/config/read-tenant-config";
import { desiredState, parseRenderedConfig, type RenderedConfig } from "../state/desired-state.js";
import type { WorkerState } from "../state/worker-state.js";

/** Where the built files of one tenant are. */
export interface BuildFiles {
  readonly tenant: string;
  /** `bundle.js`; its source map is beside it. */
  readonly bundle: string;
  /** The checked config. */
  readonly config: string;
  /** Folder of `wrangler.<environment>.jsonc`. */
  readonly wranglerDir: string;
  /** Folder of the D1 migrations. */
  readonly migrations: string;
}

/** What would be deployed to one environment of a tenant. */
export interface Build {
  readonly tenantId: TenantConfig["tenantId"];
  readonly environment: ResolvedEnvironment;
  /** Of a pool: what its Worker is made of, with the host names of all its tenants. */
  readonly config: TenantConfig;
  /** Whom the Worker serves: one tenant, or those of a pool. */
  readonly tenants: readonly ServedTenant[];
  readonly rendered: RenderedConfig;
  readonly state: WorkerState;
  readonly files: { readonly bundle: string; readonly wrangler: string; readonly assets?: string | undefined };
  /** SHA-256, hexadecimal. */
  readonly bundleDigest: string;
  /** SHA-256 of the rendered configuration without its comments, hexadecimal. */
  readonly configDigest: string;
  /** SHA-256 of the names and contents of the static assets, hexadecimal. */
  readonly assetsDigest: string;
  /** Names what is deployed: the same bundle and assets with the same configuration are the same release. */
  readonly release: string;
  readonly migrations: readonly Migration[];
}

/** A tenant of a Worker, in the build's environment. */
export interface ServedTenant {
  readonly tenantId: TenantConfig["tenantId"];
  readonly isEnabled: boolean;
  /** None: it is asked where the Worker is, and known by its credential. */
  readonly hostnames: readonly string[];
}

/** One SQL file of the migrations. They run in the order of their names. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

const tenantsSchema = z.array(tenantConfigSchema);

/** Characters of a release after `r-`. With them it fits the tag of a version, which has 25 bytes. */
const RELEASE_LENGTH = 20;

/** Reads and digests the built files. @throws CommandError when one is missing or holds what cannot be deployed. */
export function readBuild(files: BuildFiles, environment: EnvironmentName): Build {
  const wrangler = path.join(files.wranglerDir, `wrangler.${environment}.jsonc`);
  for (const file of [files.bundle, wrangler, files.config]) requireFile(file);
  const config = readTenantConfig(files.config);
  const tenants = readServed(files, config);
  if (tenants.length > 1 && config.environments[environment].hostnames.length === 0) {
    throw new CommandError(`${environment} of the pool ${config.tenantId} has no host names`, {
      why: "a pool tells its tenants apart by them",
      fix: `write environments.${environment}.hostnames into the config of each of its tenants`,
    });
  }
  const value: unknown = parse(readFileSync(wrangler, "utf8"));
  const rendered = parseRenderedConfig(value, wrangler);
  const assets = rendered.assets && path.resolve(path.dirname(wrangler), rendered.assets.directory);
  const bundleDigest = sha256(readFileSync(files.bundle));
  const assetsDigest = digestAssets(assets);
  const configDigest = sha256(JSON.stringify(value));
  return {
    tenantId: config.tenantId,
    environment: resolveEnvironment(config.tenantId, config.environments, environment),
    config,
    tenants: tenants.map(({ tenantId, enabled, environments }) => ({
      tenantId,
      isEnabled: enabled,
      hostnames: environments[environment].hostnames,
    })),
    rendered,
    state: desiredState(rendered),
    files: { bundle: files.bundle, wrangler, assets },
    bundleDigest,
    configDigest,
    assetsDigest,
    release: releaseOf({ bundleDigest, configDigest, assetsDigest }),
    migrations: readMigrations(files.migrations),
  };
}

/** The name of a release. Pure. */
export function releaseOf(digests: Pick<Build, "bundleDigest" | "configDigest" | "assetsDigest">): string {
  const { bundleDigest, configDigest, assetsDigest } = digests;
  return `r-${sha256(`${bundleDigest}\n${configDigest}\n${assetsDigest}`).slice(0, RELEASE_LENGTH)}`;
}

/** The configs of a pool's tenants, which its build writes beside its own; else the config itself. */
function readServed(files: BuildFiles, config: TenantConfig): readonly TenantConfig[] {
  const file = path.join(path.dirname(files.config), "tenants.json");
  if (!existsSync(file)) return [config];
  const texts: unknown = JSON.parse(readFileSync(file, "utf8"));
  return tenantsSchema.parse(texts);
}

function digestAssets(folder: string | undefined): string {
  if (folder === undefined) return sha256("");
  requireFile(folder);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  const contents = files
    .filter((file) => statSync(path.join(folder, file)).isFile())
    .map((file) => `${file} ${sha256(readFileSync(path.join(folder, file)))}\n`);
  return sha256(contents.join(""));
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return names.toSorted().map((name) => ({ name, sql: readFileSync(path.join(folder, name), "utf8") }));
}

function requireFile(file: string): void {
  if (existsSync(file)) return;
  throw new CommandError(`${file} is not there`, {
    why: "it is not built",
    fix: "start the command with tools/bazel run //tenants/…",
  });
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
