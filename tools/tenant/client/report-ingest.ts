import type { Paint } from "#tools/command/paint";
import { progressBar, type Screen } from "#tools/command/screen";
import {
  ingestFolder,
  type FileProblem,
  type IngestFolder,
  type IngestProgress,
  type IngestReport,
} from "#tools/tenant/client/ingest-folder";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";

/** How many files are named before the rest is only counted. */
const MAX_NAMED = 10;

/** Uploads a folder, shows how it goes and what became of it. @throws as `ingestFolder` does. */
export async function reportIngest(
  address: TenantAddress,
  options: IngestFolder,
  { screen, paint }: { readonly screen: Screen; readonly paint: Paint },
  signal?: AbortSignal,
): Promise<IngestReport> {
  const startedMs = performance.now();
  const show = ({ done, total }: IngestProgress): void =>
    screen.progress(`ingest ${progressBar(done, total)} ${done}/${total}`);
  const report = await ingestFolder(address, options, show, signal);
  const ms = Math.round(performance.now() - startedMs);
  screen.endProgress(formatIngestReport(report, options, ms, paint));
  return report;
}

/** The counts at the end, and what was not taken and why. Pure. */
export function formatIngestReport(report: IngestReport, options: IngestFolder, ms: number, paint: Paint): string {
  const { stored, unchanged, failed, skipped, missing, deleted, stopped } = report;
  if (stored + unchanged + failed.length + skipped.length + missing.length === 0 && stopped === undefined) {
    return paint("yellow", `ingest: there are no .md, .markdown or .txt files in ${options.folder}`);
  }
  const counts = [
    `${stored} new or changed`,
    `${unchanged} unchanged`,
    `${skipped.length} skipped`,
    `${failed.length} failed`,
    ...(deleted === 0 ? [] : [`${deleted} deleted`]),
  ].join(", ");
  const isWell = failed.length === 0 && stopped === undefined;
  const title = options.dryRun === true ? "ingest would be" : "ingest";
  return [
    `${paint(isWell ? "green" : "red", title)} ${counts} ${paint("dim", `(${ms} ms)`)}`,
    ...list("skipped", skipped).map((line) => paint("yellow", line)),
    ...list("failed", failed).map((line) => paint("red", line)),
    ...missingLines(report).map((line) => paint("yellow", line)),
    ...(stopped === undefined ? [] : [paint("red", `  stopped: ${stopped}`), "  run it again to go on from here"]),
  ].join("\n");
}

function list(word: string, entries: readonly FileProblem[]): string[] {
  const named = entries.slice(0, MAX_NAMED).map(({ file, reason }) => `  ${word} ${file}: ${reason}`);
  return entries.length > MAX_NAMED ? [...named, `  … and ${entries.length - MAX_NAMED} more ${word}`] : named;
}

/** Documents whose file is gone and that are still there. */
function missingLines({ missing, deleted }: IngestReport): string[] {
  const left = missing.slice(deleted);
  if (left.length === 0) return [];
  const names = left.slice(0, MAX_NAMED).join(", ");
  const more = left.length > MAX_NAMED ? ` and ${left.length - MAX_NAMED} more` : "";
  return [`  no longer in the folder: ${names}${more} (--delete-missing deletes them)`];
}
