/**
 * One environment of a rendered `wrangler.jsonc`, flattened: the keys that the local runtime acts on.
 * Spelled as wrangler spells them ("Configuration" page of the Workers docs). Other keys are let through.
 */
export interface ResolvedWranglerConfig {
  readonly name: string;
  /** `YYYY-MM-DD`. */
  readonly compatibility_date: string;
  readonly compatibility_flags?: readonly string[];
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly kv_namespaces?: readonly { readonly binding: string; readonly id?: string }[];
  readonly d1_databases?: readonly {
    readonly binding: string;
    readonly database_id?: string;
    readonly database_name?: string;
  }[];
  readonly r2_buckets?: readonly { readonly binding: string; readonly bucket_name?: string }[];
  readonly vectorize?: readonly { readonly binding: string; readonly index_name: string }[];
  readonly ai?: { readonly binding: string };
  readonly durable_objects?: { readonly bindings: readonly DurableObjectBinding[] };
  readonly migrations?: readonly DurableObjectMigration[];
  readonly workflows?: readonly WorkflowBinding[];
  readonly analytics_engine_datasets?: readonly { readonly binding: string; readonly dataset?: string }[];
  readonly queues?: { readonly producers?: readonly QueueProducer[]; readonly consumers?: readonly QueueConsumer[] };
  readonly ratelimits?: readonly RateLimitBinding[];
  readonly services?: readonly { readonly binding: string; readonly service: string; readonly entrypoint?: string }[];
  readonly assets?: AssetsConfig;
  readonly triggers?: { readonly crons?: readonly string[] };
  readonly version_metadata?: { readonly binding: string };
  readonly [key: string]: unknown;
}

export interface DurableObjectBinding {
  readonly name: string;
  readonly class_name: string;
  /** Worker that defines the class. Default: this Worker. */
  readonly script_name?: string;
}

export interface DurableObjectMigration {
  readonly tag: string;
  readonly new_classes?: readonly string[];
  readonly new_sqlite_classes?: readonly string[];
  readonly renamed_classes?: readonly { readonly from: string; readonly to: string }[];
  readonly deleted_classes?: readonly string[];
  readonly [key: string]: unknown;
}

export interface WorkflowBinding {
  readonly binding: string;
  readonly name: string;
  readonly class_name: string;
  /** Worker that defines the class. Default: this Worker. */
  readonly script_name?: string;
}

export interface QueueProducer {
  readonly binding: string;
  readonly queue: string;
  /** Seconds. */
  readonly delivery_delay?: number;
}

export interface QueueConsumer {
  readonly queue: string;
  readonly max_batch_size?: number;
  /** Seconds. */
  readonly max_batch_timeout?: number;
  readonly max_retries?: number;
  readonly dead_letter_queue?: string;
  /** Seconds. */
  readonly retry_delay?: number;
}

export interface RateLimitBinding {
  readonly name: string;
  readonly namespace_id: string;
  /** `period` in seconds. */
  readonly simple: { readonly limit: number; readonly period: 10 | 60 };
}

export interface AssetsConfig {
  /** Resolved against {@link WorkerDeployment.configDir}. */
  readonly directory: string;
  readonly binding?: string;
  readonly html_handling?: "auto-trailing-slash" | "force-trailing-slash" | "drop-trailing-slash" | "none";
  readonly not_found_handling?: "single-page-application" | "404-page" | "none";
  readonly run_worker_first?: boolean | readonly string[];
}

/** What a class of this Worker stores in, read off the migrations in their order. */
export type ClassStorage = "sqlite" | "legacy-kv";

/** The Durable Object classes that exist after all migrations, with their kind of storage. */
export function durableObjectClasses(config: ResolvedWranglerConfig): Map<string, ClassStorage> {
  const classes = new Map<string, ClassStorage>();
  for (const migration of config.migrations ?? []) {
    for (const name of migration.new_classes ?? []) classes.set(name, "legacy-kv");
    for (const name of migration.new_sqlite_classes ?? []) classes.set(name, "sqlite");
    for (const { from, to } of migration.renamed_classes ?? []) {
      classes.set(to, classes.get(from) ?? "sqlite");
      classes.delete(from);
    }
    for (const name of migration.deleted_classes ?? []) classes.delete(name);
  }
  return classes;
}
