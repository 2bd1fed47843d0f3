import { ApiError } from "../api/api-error.js";
import type { UploadMetadata } from "./parse-upload.js";
import type { BindingRecord, ModuleRecord, ScriptRecord, VersionRecord } from "./script-record.js";

/** Where a version comes from and when. */
export interface VersionOrigin {
  readonly id: string;
  readonly nowMs: number;
  readonly authorEmail: string;
  readonly source: string;
}

/** A script that does not exist yet. */
export function emptyScript(name: string, tag: string, nowMs: number): ScriptRecord {
  const now = new Date(nowMs).toISOString();
  return {
    name,
    tag,
    createdAt: now,
    modifiedAt: now,
    lastDeployedFrom: "wrangler",
    migrationTag: undefined,
    classes: {},
    subdomain: { enabled: false, previews_enabled: false },
    schedules: [],
    settings: {},
    versions: [],
    deployments: [],
  };
}

/** Fields of an upload that belong to a version's runtime. */
const RUNTIME_FIELDS = ["compatibility_date", "compatibility_flags", "limits", "placement", "cache"] as const;

/** Makes the next version of a script out of an upload. Pure. @throws ApiError for a binding that cannot be inherited. */
export function createVersion(
  script: ScriptRecord,
  metadata: UploadMetadata,
  modules: readonly ModuleRecord[],
  origin: VersionOrigin,
  isStrict: boolean,
): VersionRecord {
  const previous = script.versions.at(-1);
  return {
    ...versionHead(script, origin, metadata.annotations),
    bindings: resolveBindings(metadata, previous, isStrict),
    mainModule: metadata.main_module ?? "",
    modules,
    runtime: Object.fromEntries(
      RUNTIME_FIELDS.filter((field) => metadata[field] !== undefined).map((field) => [field, metadata[field]]),
    ),
  };
}

/** A copy of a version with other bindings: what a change of secrets or settings makes. Pure. */
export function deriveVersion(
  script: ScriptRecord,
  from: VersionRecord,
  change: Partial<Pick<VersionRecord, "bindings" | "runtime" | "modules" | "mainModule">>,
  origin: VersionOrigin,
  annotations: Readonly<Record<string, string | undefined>>,
): VersionRecord {
  return { ...from, ...change, ...versionHead(script, origin, annotations) };
}

function versionHead(
  script: ScriptRecord,
  { id, nowMs, authorEmail, source }: VersionOrigin,
  annotations: Readonly<Record<string, string | undefined>>,
): Pick<VersionRecord, "id" | "number" | "createdAt" | "authorEmail" | "source" | "annotations" | "migrationTag"> {
  const given = Object.entries(annotations).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    id,
    number: (script.versions.at(-1)?.number ?? 0) + 1,
    createdAt: new Date(nowMs).toISOString(),
    authorEmail,
    source,
    annotations: { "workers/triggered_by": "upload", ...Object.fromEntries(given) },
    migrationTag: script.migrationTag,
  };
}

/** Fills in `inherit` bindings and those of `keep_bindings` from the previous version. */
function resolveBindings(
  metadata: UploadMetadata,
  previous: VersionRecord | undefined,
  isStrict: boolean,
): BindingRecord[] {
  const before = new Map((previous?.bindings ?? []).map((binding) => [binding.name, binding]));
  const bindings = metadata.bindings.flatMap((binding): BindingRecord[] => {
    if (binding.type !== "inherit") return [binding];
    const inherited = before.get(typeof binding["old_name"] === "string" ? binding["old_name"] : binding.name);
    if (inherited !== undefined) return [{ ...inherited, name: binding.name }];
    if (isStrict) throw new ApiError(400, 10_057, `inherit binding '${binding.name}' is invalid: it is not there yet`);
    return [];
  });
  const names = new Set(bindings.map(({ name }) => name));
  const kept = [...before.values()].filter(
    ({ name, type }) => metadata.keep_bindings.includes(type) && !names.has(name),
  );
  return [...bindings, ...kept];
}
