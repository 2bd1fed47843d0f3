import * as z from "#base/zod";

import { SETTINGS, type Setting } from "#settings/setting";
import { scopedKey } from "#tenancy/scoped-key";
import type { TenantId } from "#tenancy/tenant-id";

/** KV key of all settings of a tenant: one value, so that a request sees all of a change or nothing. */
export function settingsKey(tenantId: TenantId): string {
  return scopedKey(tenantId, "flag", "current");
}

/** What is stored there. The values are checked one by one: a broken one must not take the others with it. */
export const settingsDocumentSchema = z.object({
  values: z.record(z.string(), z.unknown()),
  /** When somebody last changed it. */
  changedAt: z.optional(z.iso.datetime()),
});

export type SettingsDocument = z.output<typeof settingsDocumentSchema>;

/** Something in KV that is not used, and why. Neither part repeats a value. */
export interface Refusal {
  /** Name of the setting, or `prompt <name>`; at most 80 characters. */
  readonly setting: string;
  readonly reason: string;
}

export interface SettingsReading {
  readonly settings: ReadonlyMap<string, Setting>;
  readonly refusals: readonly Refusal[];
}

/**
 * Reads the stored document. What is broken is refused, and `previous` stays in its place: the whole of it when the
 * document cannot be read, else entry by entry. Nothing stored: nothing set. Pure.
 */
export function readSettingsDocument(
  text: string | null,
  previous: ReadonlyMap<string, Setting>,
  chatModels: readonly string[],
): SettingsReading {
  if (text === null) return { settings: new Map(), refusals: [] };
  const document = settingsDocumentSchema.safeParse(parseJson(text));
  if (!document.success) {
    return { settings: previous, refusals: [{ setting: "(all)", reason: "the stored settings are not readable" }] };
  }
  const settings = new Map<string, Setting>();
  const refusals: Refusal[] = [];
  for (const [name, value] of Object.entries(document.data.values)) {
    const result = SETTINGS.get(name)?.parse(value, chatModels) ?? { ok: false, reason: "there is no such setting" };
    if (!result.ok) refusals.push({ setting: name.slice(0, 80), reason: result.reason });
    const kept = result.ok ? result.setting : previous.get(name);
    if (kept !== undefined) settings.set(name, kept);
  }
  return { settings, refusals };
}

/** The value of a JSON text; `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: no schema takes `undefined`.
    return undefined;
  }
}
