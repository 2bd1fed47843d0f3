import { readFileSync } from "node:fs";
import path from "node:path";

import { parse } from "jsonc-parser";
import * as z from "#base/zod";

import type { TenantConfig } from "#tenancy/tenant-config";
import { applyMigrations, readMigrations } from "#tools/tenant/local/apply-migrations";
import { CommandError } from "#tools/command/command-line";
import type { RemoteKv } from "#simulators/control/remote-kv";
import { RuntimeError } from "#simulators/runtime/runtime-error";
import type { RuntimeOptions, WorkerDeployment } from "#simulators/runtime/runtime-options";
import { startRuntime } from "#simulators/runtime/start-runtime";

/** The built files of one tenant, and where its state goes. */
export interface TenantRuntimeOptions {
  /** The production bundle. */
  readonly bundle: string;
  /** The rendered wrangler configuration of the dev environment. */
  readonly wrangler: string;
  /** Folder of the D1 migrations. */
  readonly migrations: string;
  /** The tenant's checked config, for what a binding does not say: dimensions and metric of the index. */
  readonly config?: TenantConfig;
  /** Where state persists; absent: a temporary folder. */
  readonly dataDir?: string;
  readonly host?: string;
  readonly port?: number;
  readonly model?: NonNullable<RuntimeOptions["model"]>;
  readonly onLog?: NonNullable<RuntimeOptions["onLog"]>;
  /** Whether rate limits and budgets hold; default true. */
  readonly areLimitsOn?: boolean;
}

/** A tenant's Worker, served by workerd on this machine. */
export interface TenantRuntime {
  /** Address without a trailing slash. */
  readonly url: string;
  /** The tenant's KV. */
  readonly kv: RemoteKv;
  /** Proxies of the KV, D1, R2, queue and Durable Object bindings, by name. To be asked for at each use: a reload ends them. */
  bindings(): Promise<Readonly<Record<string, unknown>>>;
  /** Serves another version of the built files; state and port stay. Pending migrations are applied. */
  reload(files: Pick<TenantRuntimeOptions, "bundle" | "wrangler">): Promise<void>;
  dispose(): Promise<void>;
}

/** Boots the production bundle of a tenant with every binding behind it, its database up to date. */
export async function startTenantRuntime(options: TenantRuntimeOptions): Promise<TenantRuntime> {
  const runtime = await startRuntime(runtimeOptions(options)).catch((error: unknown) => {
    // Its messages are written for people: what, which, and what to do.
    throw error instanceof RuntimeError ? new CommandError(error.message) : error;
  });
  const migrate = () => applyMigrations(runtime.d1("DB"), readMigrations(options.migrations));
  try {
    await migrate();
    return {
      url: runtime.url.origin,
      kv: runtime.kv("KV"),
      bindings: () => runtime.bindings(),
      async reload(files) {
        await runtime.reload(runtimeOptions({ ...options, ...files }));
        await migrate();
      },
      dispose: () => runtime.dispose(),
    };
  } catch (error) {
    await runtime.dispose();
    throw error;
  }
}

function runtimeOptions(options: TenantRuntimeOptions): RuntimeOptions {
  const { dataDir, host, port, model, onLog } = options;
  return {
    workers: [deploymentOf(options)],
    logLevel: "info",
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(model === undefined ? {} : { model }),
    ...(onLog === undefined ? {} : { onLog }),
  };
}

function deploymentOf({ bundle, wrangler, config, areLimitsOn = true }: TenantRuntimeOptions): WorkerDeployment {
  const wranglerConfig = readWranglerConfig(wrangler);
  const { dimensions, metric } = config?.vectorize ?? { dimensions: 768, metric: "cosine" as const };
  const index = { dimensions, metric, metadataIndexes: [] };
  const names = wranglerConfig.vectorize ?? [];
  return {
    name: wranglerConfig.name,
    modulePath: path.resolve(bundle),
    configDir: path.dirname(path.resolve(wrangler)),
    config: wranglerConfig,
    ...(areLimitsOn ? {} : { extraVars: { LIMITS: "off" } }),
    vectorIndexes: Object.fromEntries(names.map(({ index_name }) => [index_name, index])),
  };
}

/** The fields without which nothing runs. The rest comes from the build as well and is taken as it is. */
const wranglerSchema = z.custom<WorkerDeployment["config"]>(
  (value) => z.looseObject({ name: z.string(), compatibility_date: z.string() }).safeParse(value).success,
);

function readWranglerConfig(file: string): WorkerDeployment["config"] {
  const result = wranglerSchema.safeParse(parse(readFileSync(file, "utf8")));
  if (result.success) return result.data;
  throw new CommandError(`${file} is not a rendered wrangler configuration`, {
    fix: "build it again: tools/bazel build //tenants/...",
  });
}
