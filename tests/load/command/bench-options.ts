import { CommandError, type CommandLine, EXIT_CODES, required } from "#tools/command/command-line";
import { type Invocation, userPath } from "#tools/command/invocation";
import { SCENARIOS } from "#tests/load/scenarios/all-scenarios";
import type { Scenario } from "#tests/load/scenario";
import type { Bundles } from "#tests/load/servers/servers";

const DEFAULT_SECONDS = 6;
const MAX_SECONDS = 600;

/** The command line of `bazel run //tests/load:bench`. */
export const benchSpec = {
  name: "bazel run //tests/load:bench --",
  about:
    "Measures the product beside a bare pass-through (floor), Portkey's gateway (peer) and the direct call, in turn on\nthis machine, and says which of its promises it keeps. Nothing leaves loopback.",
  options: {
    only: {
      type: "string",
      value: "NAME",
      multiple: true,
      about: `run this scenario: ${SCENARIOS.map((s) => s.name).join(", ")}`,
    },
    seconds: { type: "string", value: "N", about: `measure each for so long (default ${DEFAULT_SECONDS})` },
    json: { type: "string", value: "FILE", about: "write all figures there" },
    check: { type: "boolean", about: "exit with 1 when a promise is not kept" },
    "bare-session": { type: "string", hidden: true, about: "bundle of the least session" },
    "binding-floor": { type: "string", hidden: true, about: "bundle of the pass-through to env.AI" },
    floor: { type: "string", hidden: true, about: "bundle of the pass-through" },
    measured: { type: "string", hidden: true, about: "bundle of the product with its metrics" },
    product: { type: "string", hidden: true, about: "bundle of the product" },
  },
  examples: [
    "bazel run //tests/load:bench",
    "bazel run //tests/load:bench -- --only proxy --only relay --seconds 20",
    "bazel run //tests/load:bench -- --json bench.json",
  ],
} as const;

export interface BenchOptions {
  readonly scenarios: readonly Scenario[];
  readonly seconds: number;
  readonly jsonFile: string | undefined;
  readonly isChecked: boolean;
  readonly bundles: Bundles;
}

/** Reads the command line. @throws CommandError when it names what is not there. */
export function readBenchOptions(
  { values }: CommandLine<typeof benchSpec.options>,
  invocation: Invocation,
): BenchOptions {
  return {
    scenarios: chooseScenarios(values.only ?? []),
    seconds: readSeconds(values.seconds),
    jsonFile: values.json === undefined ? undefined : userPath(invocation, values.json),
    isChecked: values.check === true,
    bundles: {
      bareSession: required(values["bare-session"], "bare-session"),
      bindingFloor: required(values["binding-floor"], "binding-floor"),
      floor: required(values.floor, "floor"),
      measured: required(values.measured, "measured"),
      product: required(values.product, "product"),
    },
  };
}

function chooseScenarios(names: readonly string[]): readonly Scenario[] {
  const unknown = names.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    throw new CommandError(`there is no scenario "${unknown}"`, {
      fix: `name one of: ${SCENARIOS.map(({ name }) => name).join(", ")}`,
      exitCode: EXIT_CODES.usage,
    });
  }
  return names.length === 0 ? SCENARIOS : SCENARIOS.filter(({ name }) => names.includes(name));
}

function readSeconds(text: string | undefined): number {
  const seconds = text === undefined ? DEFAULT_SECONDS : Number(text);
  if (seconds > 0 && seconds <= MAX_SECONDS) return seconds;
  throw new CommandError(`--seconds ${text ?? ""} is no time to measure for`, {
    fix: `give a number above 0, at most ${MAX_SECONDS}`,
    exitCode: EXIT_CODES.usage,
  });
}
