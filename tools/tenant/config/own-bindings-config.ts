import type { EnvironmentName } from "#tenancy/environments";
import { liveObjects, objectClassName, ownResourceName, type OwnBindings } from "#tenancy/own-bindings";

/** The parts of a wrangler configuration that a tenant's own bindings add to. */
export interface OwnBindingsConfig {
  readonly kv_namespaces: readonly object[];
  readonly d1_databases: readonly object[];
  readonly vectorize: readonly object[];
  readonly analytics_engine_datasets: readonly object[];
  readonly durableObjects: readonly object[];
  readonly migrations: readonly object[];
  /** Keys that are there only when a tenant has such a binding. */
  readonly optional: Readonly<Record<string, unknown>>;
}

/** Renders a tenant's own bindings for one environment, in the order of the config. Pure. */
export function ownBindingsConfig(
  bindings: OwnBindings,
  environment: EnvironmentName,
  workerName: string,
): OwnBindingsConfig {
  const of = (kind: string, render: (binding: string, name: string, id: string | undefined) => object): object[] =>
    Object.entries(bindings).flatMap(([binding, own]) =>
      own.kind === kind && own.kind !== "do"
        ? [render(binding, ownResourceName(workerName, binding), own.ids[environment])]
        : [],
    );
  const r2 = of("r2", (binding, bucket_name) => ({ binding, bucket_name }));
  const producers = of("queue", (binding, queue) => ({ binding, queue }));
  return {
    kv_namespaces: of("kv", (binding, _, id) => ({ binding, ...(id === undefined ? {} : { id }) })),
    d1_databases: of("d1", (binding, database_name, id) => ({
      binding,
      database_name,
      ...(id === undefined ? {} : { database_id: id }),
    })),
    vectorize: of("vectorize", (binding, index_name) => ({ binding, index_name })),
    analytics_engine_datasets: of("analytics", (binding, name) => ({ binding, dataset: name.replaceAll("-", "_") })),
    durableObjects: liveObjects(bindings).map(([name, { object }]) => ({ name, class_name: objectClassName(object) })),
    migrations: migrationsOf(bindings),
    optional: {
      ...(r2.length === 0 ? {} : { r2_buckets: r2 }),
      ...(producers.length === 0 ? {} : { queues: { producers } }),
    },
  };
}

/** What makes and deletes the classes of Durable Objects, in the order of the tags. */
function migrationsOf(bindings: OwnBindings): readonly object[] {
  const steps = Object.values(bindings).flatMap((binding) => {
    if (binding.kind !== "do") return [];
    const name = objectClassName(binding.object);
    const made = { tag: binding.migration, new_sqlite_classes: [name] };
    return binding.deletedBy === undefined ? [made] : [made, { tag: binding.deletedBy, deleted_classes: [name] }];
  });
  return steps.toSorted((a, b) => Number(a.tag.slice(1)) - Number(b.tag.slice(1)));
}
