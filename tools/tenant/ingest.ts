import { EXIT_CODES, runCommand } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { paintFor } from "#tools/command/paint";
import { createScreen, type Screen } from "#tools/command/screen";
import { reportIngest } from "#tools/tenant/client/report-ingest";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";
import { showDeadLetters } from "#tools/tenant/ingest/dead-letters";
import { ingestSpec, readIngestOptions } from "#tools/tenant/ingest/ingest-options";
import { givenAddress, withLocalTenant } from "#tools/tenant/local/tenant-address";

/** What a shell reports of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** For output that a program reads: nothing but the result. */
const silentScreen: Screen = { line: () => undefined, progress: () => undefined, endProgress: () => undefined };

await runCommand(ingestSpec, async (commandLine) => {
  const invocation = readInvocation(process.env, process.cwd());
  const options = readIngestOptions(commandLine, invocation);
  const show = {
    screen: options.isJson ? silentScreen : createScreen(process.stdout),
    paint: paintFor(process.stdout),
  };
  const interrupted = interruptSignal();
  const ingest = async (address: TenantAddress): Promise<number> => {
    if (options.kind === "dead-letters") return showDeadLetters(address, options, show);
    const report = await reportIngest(address, options.source, show, interrupted);
    if (options.isJson) process.stdout.write(`${JSON.stringify(report)}\n`);
    if (interrupted.aborted) return INTERRUPTED;
    return report.failed.length === 0 && report.stopped === undefined ? EXIT_CODES.ok : EXIT_CODES.failed;
  };
  const address = givenAddress(commandLine.values, process.env);
  return address === undefined ? withLocalTenant(commandLine.values, invocation, ingest) : ingest(address);
});

/** Aborted at the first Ctrl-C, so that what is under way is told; a second one ends the process. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  return controller.signal;
}
