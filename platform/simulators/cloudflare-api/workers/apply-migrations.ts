import { ApiError, refusals } from "../api/api-error.js";
import type { MigrationStep, UploadMetadata } from "./parse-upload.js";
import type { BindingRecord, ClassRecord, ScriptRecord } from "./script-record.js";

type Classes = Map<string, ClassRecord>;

/**
 * The script after the Durable Object migrations of an upload. Pure.
 * @throws ApiError when the tag does not follow, or a step does not fit.
 */
export function applyMigrations(
  script: ScriptRecord,
  migrations: UploadMetadata["migrations"],
  newNamespaceId: () => string,
): ScriptRecord {
  if (migrations === undefined) return script;
  if ((migrations.old_tag ?? "") !== (script.migrationTag ?? "")) {
    const expected = `${migrations.old_tag ?? "(none)"}, but the script is at ${script.migrationTag ?? "(none)"}`;
    throw new ApiError(412, 10_079, `the migration starts at tag ${expected}`);
  }
  const classes: Classes = new Map(Object.entries(script.classes));
  for (const step of migrations.steps) applyStep(classes, step, newNamespaceId);
  return { ...script, classes: Object.fromEntries(classes), migrationTag: migrations.new_tag };
}

/** Refuses bindings to classes that no migration has made. @throws ApiError */
export function checkClasses(script: ScriptRecord, bindings: readonly BindingRecord[]): void {
  for (const { type, name, class_name: className, script_name: owner } of bindings) {
    if (type !== "durable_object_namespace" || (owner !== undefined && owner !== script.name)) continue;
    if (typeof className === "string" && Object.hasOwn(script.classes, className)) continue;
    throw new ApiError(
      400,
      10_061,
      `Cannot create binding for class '${String(className)}' because it is not currently configured to implement Durable Objects. (${name})`,
    );
  }
}

function applyStep(classes: Classes, step: MigrationStep, newNamespaceId: () => string): void {
  const create = (name: string, storage: ClassRecord["storage"]): void => {
    if (classes.has(name)) {
      throw new ApiError(400, 10_074, `Cannot apply new-class migration to class ${name}, which is there already.`);
    }
    classes.set(name, { storage, namespaceId: newNamespaceId() });
  };
  for (const name of step.new_classes ?? []) create(name, "legacy-kv");
  for (const name of step.new_sqlite_classes ?? []) create(name, "sqlite");
  for (const { from, to } of step.renamed_classes ?? []) {
    const renamed = classes.get(from);
    if (renamed === undefined) throw refusals.invalidRequest(`cannot rename class ${from}: it is not there`);
    classes.delete(from);
    classes.set(to, renamed);
  }
  for (const name of step.deleted_classes ?? []) classes.delete(name);
}
