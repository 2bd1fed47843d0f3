import { formatFailure } from "#tools/command/command-line";
import { paintFor, type Paint } from "#tools/command/paint";
import { progressBar, type Screen } from "#tools/command/screen";
import { ingestFolder, type IngestProgress, type IngestReport } from "#tools/tenant/client/ingest-folder";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";

/** How many files are named before the rest is only counted. */
const MAX_NAMED = 10;

/** Uploads a folder and shows how it goes. A failure is told; it does not stop the server. */
export async function reportIngest(
  address: TenantAddress,
  folder: string,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const startedMs = performance.now();
  const show = ({ done, total }: IngestProgress): void =>
    screen.progress(`ingest ${progressBar(done, total)} ${done}/${total}`);
  try {
    const report = await ingestFolder(address, folder, show, signal);
    if (signal.aborted) return;
    const ms = Math.round(performance.now() - startedMs);
    screen.endProgress(formatIngestReport(report, folder, ms, paintFor(process.stdout)));
  } catch (error) {
    if (!signal.aborted) screen.endProgress(`ingest of ${folder} stopped\n${formatFailure(error)}`);
  }
}

/** The counts at the end, and what was not taken and why. Pure. */
export function formatIngestReport(report: IngestReport, folder: string, ms: number, paint: Paint): string {
  const { stored, unchanged, failed, skipped } = report;
  if (stored + unchanged + failed.length + skipped.length === 0) {
    return paint("yellow", `ingest: there are no .md, .markdown or .txt files in ${folder}`);
  }
  const counts = [
    `${stored} new or changed`,
    `${unchanged} unchanged`,
    `${skipped.length} skipped`,
    `${failed.length} failed`,
  ].join(", ");
  return [
    `${paint(failed.length === 0 ? "green" : "red", "ingest")} ${counts} ${paint("dim", `(${ms} ms)`)}`,
    ...list("skipped", skipped).map((line) => paint("yellow", line)),
    ...list("failed", failed).map((line) => paint("red", line)),
  ].join("\n");
}

function list(word: string, entries: readonly { readonly file: string; readonly reason: string }[]): string[] {
  const named = entries.slice(0, MAX_NAMED).map(({ file, reason }) => `  ${word} ${file}: ${reason}`);
  return entries.length > MAX_NAMED ? [...named, `  … and ${entries.length - MAX_NAMED} more ${word}`] : named;
}
