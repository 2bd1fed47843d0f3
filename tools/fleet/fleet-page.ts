import { type CommandSpec, runCommand } from "#tools/command/command-line";
import { fleetPageCommand, fleetPageOptions } from "./page/page-command.js";

const spec: CommandSpec<typeof fleetPageOptions> = {
  name: "tools/bazel run //tools:fleet_page --",
  about:
    "Shows all tenants on one page: what is deployed where and by whom, drift, health, and what was spent. Changes no Worker.",
  options: fleetPageOptions,
  examples: [
    "tools/bazel run //tools:fleet_page",
    "tools/bazel run //tools:fleet_page -- --env production --out fleet.html",
    "tools/bazel run //tools:fleet_page -- --env production --only acme --no-spend --json",
  ],
};

await runCommand(spec, ({ values }) => fleetPageCommand(values));
