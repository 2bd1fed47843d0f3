import { type TenantConfigInput, tenantConfigSchema } from "#tenancy/tenant-config";
import { memoryKeyValues } from "#tools/tenant/kv/memory-key-values";
import type { KeyValues } from "#tools/tenant/kv/key-values";
import type { SettingsPlace } from "#tools/tenant/settings/settings-place";
import { SettingsStore } from "#tools/tenant/settings/settings-store";

/** A place for tests: settings in memory, and what was said. */
export interface MemoryPlace extends SettingsPlace {
  /** What was said since the last look. */
  heard(): string;
}

export const MEMORY_CONFIG: TenantConfigInput = {
  tenantId: "acme",
  displayName: "Acme",
  accountId: "0".repeat(32),
  ai: { models: { chat: "x/tenant" }, allowedModels: ["x/small", "@cf/baai/bge-m3"] },
};

/** Makes one; `like` shares what is stored with another place. */
export function memoryPlace(
  parts: Partial<Pick<SettingsPlace, "mode" | "json">> = {},
  like: { readonly keyValues: KeyValues } = { keyValues: memoryKeyValues() },
): MemoryPlace {
  const lines: string[] = [];
  return {
    config: tenantConfigSchema.parse(MEMORY_CONFIG),
    environment: "production",
    name: "acme, production",
    options: " --env production --yes",
    mode: "act",
    json: false,
    ...parts,
    keyValues: like.keyValues,
    store: new SettingsStore(like.keyValues),
    say: (line) => lines.push(line),
    heard: () => lines.splice(0).join("\n"),
  };
}
