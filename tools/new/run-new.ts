import {
  EXIT_CODES,
  formatHelp,
  parseCommandLine,
  type CommandSpec,
  type OptionSpec,
} from "#tools/command/command-line";
import { plainPaint, type Paint } from "#tools/command/paint";
import { KINDS } from "./kinds/all-kinds.js";
import type { Given, Kind } from "./kinds/kind.js";
import { refuse } from "./kinds/refuse.js";
import { diskTree } from "./plan/disk-tree.js";
import { formatChanges } from "./plan/format-patch.js";
import type { Plan } from "./plan/plan.js";
import { resolvePlan, type ResolvedPlan } from "./plan/resolve-plan.js";
import { writeChanges } from "./plan/write-changes.js";
import { formatJson, formatOutcome } from "./terminal/format-outcome.js";
import { complete, usageOf, type Person } from "./terminal/ask.js";

const PROGRAM = "tools/bazel run //tools:new --";

const commonOptions = {
  "dry-run": { type: "boolean", about: "show the change as a patch and write nothing" },
  json: { type: "boolean", about: "answer in JSON: files with their patches, what is kept, next commands" },
  yes: { type: "boolean", about: "write without asking; where there is no terminal, nobody is asked" },
} as const satisfies Record<string, OptionSpec>;

/** Where the command runs. */
export interface Surroundings {
  /** Root of the checkout. */
  readonly root: string;
  /** Where a person's relative paths start. Default: the root. */
  readonly userDir?: string;
  /** Whom to ask; `undefined`: nobody. */
  readonly person: Person | undefined;
  readonly paint?: Paint;
  /** Takes what is said, without a newline at the end. */
  readonly say: (text: string) => void;
}

/**
 * Runs `//tools:new`. Answers the exit code.
 * @throws CommandError with exit code 2 for a request that cannot be fulfilled; then nothing was written
 */
export async function runNew(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name.startsWith("-")) {
    const isHelp = name === undefined || name === "--help" || name === "-h";
    if (!isHelp) refuse(`say what to make before ${name}: ${KINDS.map((kind) => kind.name).join(", ")}`);
    surroundings.say(formatHelp(PROGRAM_SPEC).trimEnd());
    return name === undefined ? EXIT_CODES.usage : EXIT_CODES.ok;
  }
  const kind = findKind(name);
  const spec = specOf(kind);
  if (rest.includes("--help") || rest.includes("-h")) {
    surroundings.say(formatHelp(spec).trimEnd());
    return EXIT_CODES.ok;
  }
  const { values, positionals } = parseCommandLine(spec, rest);
  const given = { arguments: nameArguments(kind, positionals), options: values };
  return make(kind, given, surroundings);
}

async function make(
  kind: Kind,
  given: Given,
  { root, userDir = root, person, paint = plainPaint, say }: Surroundings,
): Promise<number> {
  const checkout = diskTree(root);
  const isJson = given.options["json"] === true;
  const asked = isJson || given.options["yes"] === true ? undefined : person;
  const completed = await complete(kind, given, checkout, asked);
  const destination = kind.destination?.(completed, { root, userDir }) ?? root;
  const tree = destination === root ? checkout : diskTree(destination);
  const plan = kind.plan(completed, tree, checkout);
  const resolved = await resolvePlan(plan, tree);
  const [refusal] = resolved.refusals;
  if (refusal !== undefined) refuse(refusal);
  const isDry = given.options["dry-run"] === true;
  if (!isJson && (isDry || asked !== undefined))
    say(formatChanges(resolved.changes.filter(({ isCopy }) => isCopy !== true)).trimEnd());
  const isWanted = isDry || asked === undefined || (await isAgreed(asked, resolved));
  if (!isDry && isWanted) writeChanges(destination, resolved.changes);
  if (isWanted) report(plan, resolved, { isDry, isJson, paint, say });
  return EXIT_CODES.ok;
}

async function isAgreed(person: Person, { changes }: ResolvedPlan): Promise<boolean> {
  if (changes.length === 0) return true;
  return /^y(es)?$/i.test(await person.ask("Write it? (y/n)", "y"));
}

function report(
  plan: Plan,
  resolved: ResolvedPlan,
  { isDry, isJson, paint, say }: { isDry: boolean; isJson: boolean; paint: Paint; say: (text: string) => void },
): void {
  say(isJson ? formatJson(plan, resolved, isDry) : formatOutcome(plan, resolved, isDry, paint));
}

function findKind(name: string): Kind {
  const names = KINDS.map((kind) => kind.name).join(", ");
  return KINDS.find((kind) => kind.name === name) ?? refuse(`there is no kind "${name}": make one of ${names}`);
}

function nameArguments(kind: Kind, positionals: readonly string[]): Readonly<Record<string, string>> {
  const stray = positionals[kind.arguments.length];
  if (stray !== undefined) refuse(`"${stray}" is one too many: say //tools:new -- ${usageOf(kind)}`);
  return Object.fromEntries(
    kind.arguments.flatMap(({ name }, index) => {
      const text = positionals[index];
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

function specOf(kind: Kind): CommandSpec<Record<string, OptionSpec>> {
  return {
    name: `${PROGRAM} ${kind.name}`,
    about: `Makes ${kind.about}.`,
    positionals: kind.arguments.map(({ name }) => name).join(" "),
    options: { ...kind.options, ...commonOptions },
    examples: kind.examples,
  };
}

const PROGRAM_SPEC: CommandSpec<Record<string, OptionSpec>> = {
  name: PROGRAM,
  about: "Makes what the repository is made of. What it would write is shown first; what you have changed stays.",
  positionals: "KIND …",
  actions: Object.fromEntries(KINDS.map((kind) => [usageOf(kind), kind.about])),
  options: commonOptions,
  examples: [`${PROGRAM} tenant --help`, ...KINDS.flatMap(({ examples }) => examples.slice(0, 1))],
};
