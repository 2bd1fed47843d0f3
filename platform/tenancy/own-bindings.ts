import * as z from "#base/zod";

import { ENVIRONMENTS, type EnvironmentName } from "#tenancy/environments";

/**
 * Bindings that a tenant has besides those of the platform. They are for the build and for operators: no Worker parses this,
 * so it is a schema of its own.
 */

/** What a binding is of. */
export const OWN_BINDING_KINDS = ["kv", "d1", "r2", "vectorize", "queue", "analytics", "do"] as const;
export type OwnBindingKind = (typeof OWN_BINDING_KINDS)[number];

/** Bindings that every Worker has: a tenant's own are called otherwise. */
export const PLATFORM_BINDINGS: ReadonlySet<string> = new Set([
  "AI",
  "ANALYTICS",
  "ASSETS",
  "CHAT_SESSIONS",
  "DB",
  "ENVIRONMENT",
  "IDEMPOTENCY",
  "INGEST_JOBS",
  "KV",
  "LIMITS",
  "METRICS",
  "QUOTAS",
  "VECTORS",
  "VERSION",
]);

export const BINDING_NAME_PATTERN = /^[A-Z][A-Z0-9_]{0,39}$/;

const migrationTag = z
  .string()
  .check(z.regex(/^v(?:[2-9]|[1-9]\d+)$/, { error: 'must be a tag after the platform\'s "v1": v2, v3 …' }));

const storedSchema = z.strictObject({
  kind: z.enum(["kv", "d1", "r2", "vectorize", "queue", "analytics"]),
  /** Ids of KV namespaces and D1 databases, once they exist. */
  ids: z._default(z.partialRecord(z.enum(ENVIRONMENTS), z.string().check(z.regex(/^[0-9a-f-]{32,36}$/))), {}),
});

const objectSchema = z.strictObject({
  kind: z.literal("do"),
  /** Name of the package below platform/worker/objects, which is the class in kebab case. */
  object: z.string().check(z.regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, { error: "must be a name such as order-book" })),
  /** Tag of the migration that makes the class. Tags are never used again (developers.cloudflare.com/durable-objects/reference/durable-objects-migrations). */
  migration: migrationTag,
  /** Tag of the migration that deletes the class, with all that is stored in it. */
  deletedBy: z.optional(migrationTag),
});

const bindingName = z.string().check(
  z.regex(BINDING_NAME_PATTERN, { error: "must be a name such as UPLOADS: upper case, digits and _" }),
  z.refine((name) => !PLATFORM_BINDINGS.has(name), { error: "is a binding of the platform: choose another name" }),
);

export const ownBindingsSchema = z
  .record(bindingName, z.discriminatedUnion("kind", [storedSchema, objectSchema]))
  .check(
    z.superRefine((bindings, context) => {
      const seen = new Set<string>();
      for (const [name, binding] of Object.entries(bindings)) {
        if (binding.kind !== "do") continue;
        for (const value of [`class ${binding.object}`, binding.migration, binding.deletedBy]) {
          if (value === undefined) continue;
          if (seen.has(value)) context.addIssue({ code: "custom", path: [name], message: `${value} is used twice` });
          seen.add(value);
        }
      }
    }),
  );

/** By the name of the binding. */
export type OwnBindings = Readonly<z.output<typeof ownBindingsSchema>>;
export type OwnObject = z.output<typeof objectSchema>;

/** Name of what is behind a binding in the account: `acme-staging-uploads`. */
export function ownResourceName(workerName: string, binding: string): string {
  return `${workerName}-${binding.toLowerCase().replaceAll("_", "-")}`;
}

/** Class of a Durable Object: `order-book` → `OrderBook`. */
export function objectClassName(object: string): string {
  return object.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Durable Objects that are in use: those that a migration has deleted have no class any more. */
export function liveObjects(bindings: OwnBindings): readonly (readonly [name: string, object: OwnObject])[] {
  return Object.entries(bindings).flatMap(([name, binding]): [string, OwnObject][] =>
    binding.kind === "do" && binding.deletedBy === undefined ? [[name, binding]] : [],
  );
}

/** The id of what is behind a binding, if it is known. */
export function ownResourceId(bindings: OwnBindings, name: string, environment: EnvironmentName): string | undefined {
  const binding = new Map(Object.entries(bindings)).get(name);
  return binding === undefined || binding.kind === "do" ? undefined : binding.ids[environment];
}
