import type { TenantConflict } from "#tenancy/find-tenant-conflicts";
import { formatConfigProblems } from "#tenancy/parse-tenant-config";

/** What is wrong between configs, file by file, for people. Pure. */
export function formatConflicts(conflicts: readonly TenantConflict[]): string {
  const byFile = Map.groupBy(conflicts, (conflict) => conflict.file);
  return [...byFile].map(([file, problems]) => formatConfigProblems(file, problems)).join("\n");
}
