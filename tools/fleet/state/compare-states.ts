import type { Binding } from "./binding-kinds.js";
import type { WorkerState } from "./worker-state.js";

/** How a difference is set right. */
export type Repair =
  /** By the same release again: bindings and settings of a version. */
  | "redeploy"
  /** Domains, crons and the place below workers.dev, without touching the version. */
  | "triggers"
  /** Observability and logs, without touching the version. */
  | "settings"
  /** What is missing is made. */
  | "provision"
  /** Pending migrations of the database are applied. */
  | "migrate"
  /** All traffic goes to the version that most of it reaches. */
  | "traffic"
  /** A person has to decide or to give a value. */
  | "manual";

/** One difference. */
export interface Finding {
  /** `binding`, `var`, `compatibility_date`, `domain`, `cron`, … */
  readonly kind: string;
  /** Which one: a binding's name, a hostname. Empty when there is only one of the kind. */
  readonly name: string;
  /** `undefined`: it should not be there. */
  readonly expected: string | undefined;
  /** `undefined`: it is not there. */
  readonly found: string | undefined;
  readonly repair: Repair;
  /** What a person does, if `repair` is `manual`. */
  readonly advice?: string;
}

/** Every difference between what should be and what is, in a stable order. Pure. */
export function compareStates(expected: WorkerState, found: WorkerState): readonly Finding[] {
  return [
    ...compareBindings(expected.bindings, found.bindings),
    ...compareValue("compatibility_date", expected.compatibilityDate, found.compatibilityDate, "redeploy"),
    ...compareSets("compatibility_flag", expected.compatibilityFlags, found.compatibilityFlags, "redeploy"),
    ...compareSettings("limits", expected.limits, found.limits, "redeploy"),
    ...compareSettings("placement", expected.placement, found.placement, "redeploy"),
    ...compareSets("domain", expected.domains, found.domains, "triggers"),
    ...compareSets("cron", expected.crons, found.crons, "triggers"),
    ...compareValue("workers_dev", expected.isOnWorkersDev, found.isOnWorkersDev, "triggers"),
    ...compareValue("preview_urls", expected.hasPreviewUrls, found.hasPreviewUrls, "triggers"),
    ...compareSettings("observability", expected.observability, found.observability, "settings"),
    ...compareValue("logpush", expected.logpush, found.logpush, "settings"),
    ...compareValue("migration", expected.migrationTag, found.migrationTag, "redeploy"),
    ...compareSecrets(expected.secrets, found.secrets),
  ];
}

function compareBindings(expected: readonly Binding[], found: readonly Binding[]): Finding[] {
  const wanted = new Map(expected.map((binding) => [binding.name, binding]));
  const there = new Map(found.map((binding) => [binding.name, binding]));
  const names = [...new Set([...wanted.keys(), ...there.keys()])].toSorted();
  return names.flatMap((name): Finding[] => {
    const [want, have] = [describeBinding(wanted.get(name)), describeBinding(there.get(name))];
    return want === have ? [] : [{ kind: "binding", name, expected: want, found: have, repair: "redeploy" }];
  });
}

/** `kv_namespace namespace_id=…`: also what a person reads. Pure. */
export function describeBinding(binding: Binding | undefined): string | undefined {
  if (binding === undefined) return undefined;
  const fields = Object.entries(binding.fields).map(([field, value]) => ` ${field}=${describe(value)}`);
  return binding.type + fields.join("");
}

function compareSets(kind: string, expected: readonly string[], found: readonly string[], repair: Repair): Finding[] {
  const missing = expected.filter((name) => !found.includes(name));
  const extra = found.filter((name) => !expected.includes(name));
  return [
    ...missing.map((name): Finding => ({ kind, name, expected: "present", found: undefined, repair })),
    ...extra.map((name): Finding => ({ kind, name, expected: undefined, found: "present", repair })),
  ];
}

function compareValue(kind: string, expected: unknown, found: unknown, repair: Repair): Finding[] {
  const [want, have] = [describe(expected), describe(found)];
  return want === have ? [] : [{ kind, name: "", expected: want, found: have, repair }];
}

/**
 * Settings that the account fills up with defaults: what is asked for must be there. What is there besides must be off,
 * empty or of no effect, else it was turned on by somebody.
 */
function compareSettings(
  kind: string,
  expected: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
  repair: Repair,
): Finding[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].toSorted();
  return names.flatMap((name): Finding[] => {
    const isDefault = !(name in expected) && isHarmless(name, found[name], found);
    const [want, have] = [describe(expected[name]), describe(found[name])];
    if (isDefault || want === have) return [];
    return [{ kind, name, expected: want, found: have, repair }];
  });
}

/** Values that the API reports of its own accord: what is off, and details of what was asked for as a whole. */
function isHarmless(name: string, value: unknown, settings: Readonly<Record<string, unknown>>): boolean {
  if (value == null || value === false || value === "" || value === 0) return true;
  if (name === "head_sampling_rate") return value === 1;
  if (name === "logs" || name === "traces") return describe(flag(value)) === describe(flag(settings));
  return typeof value === "object" && Object.keys(value).length === 0;
}

function flag(value: unknown): unknown {
  return typeof value === "object" && value !== null && "enabled" in value ? value.enabled : undefined;
}

function compareSecrets(expected: readonly string[], found: readonly string[]): Finding[] {
  const missing = expected.filter((name) => !found.includes(name));
  const extra = found.filter((name) => !expected.includes(name));
  return [
    ...missing.map((name): Finding => {
      const advice = `set it: :secrets -- put ${name}`;
      return { kind: "secret", name, expected: "set", found: undefined, repair: "manual", advice };
    }),
    ...extra.map((name): Finding => {
      const advice = `name it in "secrets" of tenant.config.json, or remove it: :secrets -- delete ${name}`;
      return { kind: "secret", name, expected: undefined, found: "set", repair: "manual", advice };
    }),
  ];
}

/** A value as text; objects with their keys in order, so that equal values give equal texts. */
function describe(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value, sortKeys);
}

function sortKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
