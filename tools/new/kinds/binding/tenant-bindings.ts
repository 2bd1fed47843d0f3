import type { OwnBindings, OwnBindingKind } from "#tenancy/own-bindings";
import { refuse } from "../refuse.js";

/** File with the types of all tenants' own bindings. */
export const TENANT_BINDINGS = "platform/worker/tenant-bindings.ts";

const TYPES: Readonly<Record<OwnBindingKind, string>> = {
  kv: "KVNamespace",
  d1: "D1Database",
  r2: "R2Bucket",
  vectorize: "Vectorize",
  queue: "Queue",
  analytics: "AnalyticsEngineDataset",
  do: "DurableObjectNamespace",
};

/**
 * The text of that file: one property for each name, optional because other tenants do not have it.
 * @throws CommandError when two tenants use one name for different things, which no type could say
 */
export function tenantBindingsText(
  tenants: readonly { readonly tenantId: string; readonly bindings: OwnBindings }[],
): string {
  const byName = new Map<string, { kind: OwnBindingKind; tenants: string[] }>();
  for (const { tenantId, bindings } of tenants) {
    for (const [name, binding] of Object.entries(bindings)) {
      if (binding.kind === "do" && binding.deletedBy !== undefined) continue;
      const known = byName.get(name) ?? { kind: binding.kind, tenants: [] };
      if (known.kind !== binding.kind) {
        refuse(
          `${name} is a ${known.kind} binding of ${known.tenants.join(", ")}: choose another name for one that is ${binding.kind}`,
        );
      }
      byName.set(name, { ...known, tenants: [...known.tenants, tenantId] });
    }
  }
  const properties = [...byName]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { kind, tenants: owners }]) =>
        `  /** Of ${owners.join(", ")}. */\n  readonly ${name}?: ${TYPES[kind]};\n`,
    );
  const about = "/** Bindings that some tenants have besides those of the platform. */\n";
  const type =
    properties.length === 0
      ? "export type TenantBindings = object;\n"
      : `export interface TenantBindings {\n${properties.join("")}}\n`;
  return `// Made by //tools:new of the configs of all tenants. Do not edit.\n\n${about}${type}`;
}
