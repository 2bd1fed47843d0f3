import { runCommand } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { devSpec, readDevOptions } from "#tools/tenant/dev/dev-options";
import { runDevServer } from "#tools/tenant/dev/run-dev-server";

await runCommand(devSpec, (commandLine) => {
  const invocation = readInvocation(process.env, process.cwd());
  return runDevServer(readDevOptions(commandLine, invocation));
});
