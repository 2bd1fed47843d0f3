import path from "node:path";

import { PROMPT_NAMES, type PromptName } from "#settings/prompt-version";
import { CommandError, EXIT_CODES, runCommand, type CommandLine, type CommandSpec } from "#tools/command/command-line";
import { readInvocation, userPath, type Invocation } from "#tools/command/invocation";
import { parsePromptFile } from "#tools/tenant/config/prompt-file";
import { readText } from "#tools/tenant/config/read-tenant-config";
import {
  activatePrompt,
  listPrompts,
  pushPrompt,
  rollbackPrompt,
  showPrompt,
  type PromptCall,
} from "#tools/tenant/settings/run-prompts";
import { settingsPlaceOptions, withSettingsPlace, type SettingsPlace } from "#tools/tenant/settings/settings-place";

const options = {
  ...settingsPlaceOptions,
  prompt: { type: "string", value: "NAME", about: `which prompt; default: the one FILE is called after, else system` },
  message: { type: "string", value: "TEXT", about: "push: why there is a new version; list shows it" },
  activate: { type: "boolean", about: "push: make it the active version as well" },
  baked: { type: "string", about: "the tenant's prompts/*.md", multiple: true, hidden: true },
} as const;

/** KV keeps 1,024 bytes beside a value (developers.cloudflare.com/kv/platform/limits). */
const MAX_MESSAGE_CHARS = 200;

type Values = CommandLine<typeof options>["values"];

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:prompts --",
  about:
    "Changes what a tenant's model is told, at run time, without a deploy. Versions never change; one of them is active.",
  positionals: "COMMAND",
  actions: {
    list: "every version, and which one is active",
    "show [VERSION]": "its text; default: the active one",
    "push [FILE]": "store a text as a version; default: the tenant's prompts/system.md",
    "activate VERSION": 'use this version; "baked" for the one in the bundle',
    rollback: "use the version that was active before",
  },
  options,
  examples: [
    "tools/bazel run //tenants/acme:prompts -- push tenants/acme/prompts/system.md --message 'shorter answers'",
    "tools/bazel run //tenants/acme:prompts -- activate 3f9c2b71 --dry-run",
    "tools/bazel run //tenants/acme:prompts -- push --activate --env production --yes",
    "tools/bazel run //tenants/acme:prompts -- rollback --env production --yes",
  ],
};

await runCommand(spec, ({ values, positionals }) => {
  const invocation = readInvocation(process.env, process.cwd());
  const [action = "list", argument, ...more] = positionals;
  if (more.length > 0) throw usage(`"${more.join(" ")}" is too much`);
  const run = actionOf({ values, invocation }, action, argument);
  return withSettingsPlace(values, { invocation, env: process.env }, run);
});

type Run = (place: SettingsPlace) => Promise<number>;

/** What a command line asks for, its own part checked before anything is opened. */
function actionOf(call: { values: Values; invocation: Invocation }, action: string, argument: string | undefined): Run {
  const prompt = parsePromptName(call.values.prompt);
  switch (action) {
    case "list":
      refuseArgument(action, argument);
      return (place) => listPrompts(place, promptCall(call.values, prompt));
    case "show":
      return (place) => showPrompt(place, promptCall(call.values, prompt), argument);
    case "push":
      return pushAction(call, prompt, argument);
    case "activate":
      if (argument === undefined) throw usage("activate takes a version", 'name one of list, or "baked"');
      return (place) => activatePrompt(place, promptCall(call.values, prompt), argument);
    case "rollback":
      refuseArgument(action, argument);
      return (place) => rollbackPrompt(place, promptCall(call.values, prompt));
    default:
      throw usage(`there is no command "${action}"`, "use list, show, push, activate or rollback");
  }
}

function pushAction(
  { values, invocation }: { values: Values; invocation: Invocation },
  prompt: PromptName | undefined,
  argument: string | undefined,
): Run {
  const file =
    argument === undefined ? ownFile(values, invocation, prompt ?? "system") : userPath(invocation, argument);
  const result = parsePromptFile(file, readText(file), prompt);
  if (!result.ok) throw new CommandError(result.problems.join("\n"));
  const { name, text } = result;
  const { message, activate: shouldActivate = false } = values;
  if (message !== undefined && message.length > MAX_MESSAGE_CHARS)
    throw usage(`--message has ${message.length} characters, at most ${MAX_MESSAGE_CHARS}`, "shorten it");
  return (place) => pushPrompt(place, promptCall(values, name), { text, message, shouldActivate, now: new Date() });
}

function ownFile({ tenant = "" }: Values, { workspaceDir }: Invocation, name: PromptName): string {
  if (workspaceDir === undefined) throw usage("push takes a file", "name it: push prompts/system.md");
  return path.join(workspaceDir, "tenants", tenant, "prompts", `${name}.md`);
}

function promptCall({ baked = [] }: Values, name: PromptName = "system"): PromptCall {
  const file = baked.find((candidate) => path.basename(candidate) === `${name}.md`);
  if (file === undefined) return { name, baked: undefined };
  const result = parsePromptFile(file, readText(file));
  if (!result.ok) throw new CommandError(result.problems.join("\n"));
  return { name, baked: result.text };
}

function parsePromptName(text: string | undefined): PromptName | undefined {
  const name = PROMPT_NAMES.find((candidate) => candidate === text);
  if (text === undefined || name !== undefined) return name;
  throw usage(`there is no prompt "${text}"`, `use one of: ${PROMPT_NAMES.join(", ")}`);
}

function refuseArgument(action: string, argument: string | undefined): void {
  if (argument !== undefined) throw usage(`${action} takes no argument, not "${argument}"`);
}

function usage(what: string, fix = "run it with --help: it shows every command"): CommandError {
  return new CommandError(what, { fix, exitCode: EXIT_CODES.usage });
}
