import * as z from "#base/zod";

/** A binding reduced to what makes it what it is: `{name, type}` and the fields of its kind. */
export interface Binding {
  readonly name: string;
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One kind of binding: how wrangler's configuration spells it and what the API says of it. */
interface BindingKind {
  readonly type: string;
  /** Fields of the API's form that make a difference; others are ids that the account chose, or defaults. */
  readonly fields: readonly string[];
  /** The bindings of this kind in a configuration, in the API's form. */
  readonly read: (config: BindingConfig) => readonly Readonly<Record<string, unknown>>[];
}

const named = z.looseObject({ binding: z.string() });

/** The keys of a rendered configuration that hold bindings. */
export const bindingConfigSchema = z.object({
  name: z.string(),
  vars: z._default(z.record(z.string(), z.unknown()), {}),
  kv_namespaces: z._default(z.array(z.extend(named, { id: z.optional(z.string()) })), []),
  d1_databases: z._default(
    z.array(z.extend(named, { database_id: z.optional(z.string()), database_name: z.string() })),
    [],
  ),
  r2_buckets: z._default(z.array(z.extend(named, { bucket_name: z.string() })), []),
  vectorize: z._default(z.array(z.extend(named, { index_name: z.string() })), []),
  ai: z.optional(named),
  durable_objects: z.optional(
    z.object({
      bindings: z.array(z.object({ name: z.string(), class_name: z.string(), script_name: z.optional(z.string()) })),
    }),
  ),
  workflows: z._default(
    z.array(z.extend(named, { name: z.string(), class_name: z.string(), script_name: z.optional(z.string()) })),
    [],
  ),
  queues: z.optional(
    z.object({
      producers: z._default(z.array(z.extend(named, { queue: z.string() })), []),
      consumers: z._default(z.array(z.looseObject({ queue: z.string() })), []),
    }),
  ),
  analytics_engine_datasets: z._default(z.array(z.extend(named, { dataset: z.optional(z.string()) })), []),
  ratelimits: z._default(
    z.array(z.object({ name: z.string(), namespace_id: z.string(), simple: z.looseObject({}) })),
    [],
  ),
  services: z._default(z.array(z.extend(named, { service: z.string(), entrypoint: z.optional(z.string()) })), []),
  version_metadata: z.optional(named),
  assets: z.optional(z.extend(named, { directory: z.string() })),
});

export type BindingConfig = z.output<typeof bindingConfigSchema>;

/** Every kind that a tenant's configuration may hold. What is not here is refused, so that no drift is overlooked. */
const KINDS: readonly BindingKind[] = [
  {
    type: "plain_text",
    fields: ["text"],
    read: ({ vars }) =>
      entries(vars).flatMap(([name, value]) => (typeof value === "string" ? [{ name, text: value }] : [])),
  },
  {
    type: "json",
    fields: ["json"],
    read: ({ vars }) =>
      entries(vars).flatMap(([name, value]) => (typeof value === "string" ? [] : [{ name, json: value }])),
  },
  {
    type: "kv_namespace",
    fields: ["namespace_id"],
    read: ({ kv_namespaces: list }) => list.map(({ binding, id }) => ({ name: binding, namespace_id: id })),
  },
  {
    type: "d1",
    fields: ["id"],
    read: ({ d1_databases: list }) => list.map(({ binding, database_id }) => ({ name: binding, id: database_id })),
  },
  {
    type: "r2_bucket",
    fields: ["bucket_name"],
    read: ({ r2_buckets: list }) => list.map(({ binding, bucket_name }) => ({ name: binding, bucket_name })),
  },
  {
    type: "vectorize",
    fields: ["index_name"],
    read: ({ vectorize: list }) => list.map(({ binding, index_name }) => ({ name: binding, index_name })),
  },
  { type: "ai", fields: [], read: ({ ai }) => (ai === undefined ? [] : [{ name: ai.binding }]) },
  {
    type: "durable_object_namespace",
    fields: ["class_name", "script_name"],
    read: ({ durable_objects: objects }) => objects?.bindings ?? [],
  },
  {
    type: "workflow",
    fields: ["workflow_name", "class_name", "script_name"],
    read: ({ workflows }) =>
      workflows.map(({ binding, name, class_name, script_name }) => ({
        name: binding,
        workflow_name: name,
        class_name,
        script_name,
      })),
  },
  {
    type: "queue",
    fields: ["queue_name"],
    read: ({ queues }) => (queues?.producers ?? []).map(({ binding, queue }) => ({ name: binding, queue_name: queue })),
  },
  {
    type: "analytics_engine",
    fields: ["dataset"],
    read: ({ analytics_engine_datasets: list }) =>
      list.map(({ binding, dataset }) => ({ name: binding, dataset: dataset ?? binding })),
  },
  { type: "ratelimit", fields: ["namespace_id", "simple"], read: ({ ratelimits }) => ratelimits },
  {
    type: "service",
    fields: ["service", "entrypoint"],
    read: ({ services }) =>
      services.map(({ binding, service, entrypoint }) => ({ name: binding, service, entrypoint })),
  },
  { type: "assets", fields: [], read: ({ assets }) => (assets === undefined ? [] : [{ name: assets.binding }]) },
  {
    type: "version_metadata",
    fields: [],
    read: ({ version_metadata: metadata }) => (metadata === undefined ? [] : [{ name: metadata.binding }]),
  },
];

const FIELDS_BY_TYPE: ReadonlyMap<string, readonly string[]> = new Map(KINDS.map(({ type, fields }) => [type, fields]));

/** The bindings that a configuration declares, by name. Pure. */
export function bindingsOf(config: BindingConfig): readonly Binding[] {
  return sorted(
    KINDS.flatMap(({ type, read }) => read(config).map((fields) => canonical({ type, ...fields }, config.name))),
  );
}

/** The bindings that the API reports, secrets left out, by name. Pure. */
export function remoteBindings(
  worker: string,
  bindings: readonly Readonly<Record<string, unknown>>[],
): readonly Binding[] {
  return sorted(bindings.filter(({ type }) => !isSecret(type)).map((binding) => canonical(binding, worker)));
}

/** Names of the secrets that the API reports. Pure. */
export function remoteSecrets(bindings: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return bindings
    .filter(({ type }) => isSecret(type))
    .map(({ name }) => String(name))
    .toSorted();
}

function isSecret(type: unknown): boolean {
  return type === "secret_text" || type === "secret_key";
}

function canonical(binding: Readonly<Record<string, unknown>>, worker: string): Binding {
  const { name, type, ...rest } = binding;
  const known = FIELDS_BY_TYPE.get(String(type));
  const fields = Object.entries(rest).filter(
    ([field, value]) =>
      value != null &&
      (known?.includes(field) ?? true) &&
      // A class of the Worker itself may be named with or without it.
      !(field === "script_name" && value === worker),
  );
  return { name: String(name), type: String(type), fields: Object.fromEntries(fields.toSorted(byKey)) };
}

function sorted(bindings: readonly Binding[]): readonly Binding[] {
  return bindings.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function entries(record: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(record);
}
