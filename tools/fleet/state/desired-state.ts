import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";
import { bindingConfigSchema, bindingsOf } from "./binding-kinds.js";
import type { WorkerState } from "./worker-state.js";

/** The keys of a rendered configuration that are no bindings. */
const settingsSchema = z.object({
  account_id: z.string(),
  main: z.string(),
  no_bundle: z.optional(z.boolean()),
  compatibility_date: z.string(),
  compatibility_flags: z._default(z.array(z.string()), []),
  workers_dev: z._default(z.boolean(), false),
  preview_urls: z._default(z.boolean(), false),
  routes: z._default(z.array(z.object({ pattern: z.string(), custom_domain: z.literal(true) })), []),
  triggers: z.optional(z.object({ crons: z._default(z.array(z.string()), []) })),
  limits: z._default(z.record(z.string(), z.unknown()), {}),
  placement: z._default(z.record(z.string(), z.unknown()), {}),
  observability: z._default(z.record(z.string(), z.unknown()), { enabled: false }),
  logpush: z._default(z.boolean(), false),
  migrations: z._default(z.array(z.looseObject({ tag: z.string() })), []),
  secrets: z.optional(z.object({ required: z._default(z.array(z.string()), []) })),
  upload_source_maps: z.optional(z.boolean()),
});

const configSchema = z.strictObject({ ...settingsSchema.shape, ...bindingConfigSchema.shape });

export type RenderedConfig = z.output<typeof configSchema>;

/**
 * Parses a rendered wrangler configuration.
 * @throws CommandError for a key that drift could not compare: it must be taught here first.
 */
export function parseRenderedConfig(value: unknown, file: string): RenderedConfig {
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  throw new CommandError(`${file} holds what a deploy cannot check`, {
    why: z.prettifyError(result.error),
    fix: "teach it to tools/fleet/state/desired-state.ts or binding-kinds.ts, so that drift sees it too",
  });
}

/** What the build wants the Worker to be. Pure. */
export function desiredState(config: RenderedConfig): WorkerState {
  return {
    bindings: bindingsOf(config),
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags.toSorted(),
    limits: config.limits,
    placement: config.placement,
    domains: config.routes.map(({ pattern }) => pattern).toSorted(),
    crons: (config.triggers?.crons ?? []).toSorted(),
    isOnWorkersDev: config.workers_dev,
    hasPreviewUrls: config.preview_urls,
    observability: config.observability,
    logpush: config.logpush,
    migrationTag: config.migrations.at(-1)?.tag,
    secrets: (config.secrets?.required ?? []).toSorted(),
  };
}
