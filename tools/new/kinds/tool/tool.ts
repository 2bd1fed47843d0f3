import { toolSpellings } from "#llm-tools/tool-spellings";
import { SCOPES } from "#tenancy/scopes";
import { TOOL_NAME_PATTERN } from "#tenancy/tool-name";
import type { Edit } from "../../edit/edit.js";
import type { Plan } from "../../plan/plan.js";
import type { Tree } from "../../plan/tree.js";
import { argument, flagOption, listOption, textOption, type Given, type Kind } from "../kind.js";
import { refuse } from "../refuse.js";
import { toolTestText, toolText } from "./tool-texts.js";

/** A tool: its file, its test, its line in the registry, and the arguments that attack it. */
export const toolKind: Kind = {
  name: "tool",
  about: "a tool for callers, models and MCP clients: file, test, registration",
  arguments: [{ name: "NAME", question: "Name of the tool (a-z, 0-9, _)" }],
  options: {
    description: {
      type: "string",
      value: "TEXT",
      about: "what it does, which is what a model goes by",
      question: "What does it do?",
      suggest: (given) => describe(argument(given, "NAME")),
    },
    writes: {
      type: "boolean",
      about: "it changes something of the tenant: a tenant must name it, and a model needs an approval",
    },
    scope: {
      type: "string",
      value: "NAME",
      multiple: true,
      about: "what else a caller needs: search, ingest …; repeatable",
    },
    "stored-text": { type: "boolean", about: "its result holds text that somebody stored" },
  },
  examples: [
    'tools/bazel run //tools:new -- tool count_words --description "Counts the words of a text."',
    'tools/bazel run //tools:new -- tool close_ticket --writes --description "Closes a ticket."',
  ],
  plan: planTool,
};

const HOME = "platform/llm-tools";

function planTool(given: Given, tree: Tree): Plan {
  const name = argument(given, "NAME");
  if (!TOOL_NAME_PATTERN.test(name) || name.endsWith("_") || name.includes("__")) {
    refuse(`"${name}" is no tool's name: it must be words of a-z and 0-9 with _ between them, starting with a letter`);
  }
  const { file, constant } = toolSpellings(name);
  const registered = tree.read(`${HOME}/builtin/${file}.ts`)?.includes(`name: "${name}"`) === true;
  if (!registered && takenNames(tree).includes(name)) refuse(`there is a tool "${name}" already: choose another name`);
  const scopes = listOption(given, "scope");
  const unknown = scopes.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (unknown !== undefined) refuse(`there is no scope "${unknown}": use ${SCOPES.join(", ")}`);
  const tool = {
    name,
    description: textOption(given, "description") ?? describe(name),
    effect: flagOption(given, "writes") ? ("writes" as const) : ("reads" as const),
    scopes,
    returnsStoredText: flagOption(given, "stored-text"),
  };
  return {
    what: `tool ${name}`,
    home: HOME,
    files: [
      { path: `${HOME}/builtin/${file}.ts`, text: toolText(tool) },
      { path: `${HOME}/builtin/${file}.test.ts`, text: toolTestText(tool) },
    ],
    edits: [
      { path: `${HOME}/builtin/all-tools.ts`, edits: registration(file, constant) },
      { path: `${HOME}/BUILD.bazel`, edits: [source("llm-tools", `${file}.ts`), source("test", `${file}.test.ts`)] },
      { path: `${HOME}/hostile-arguments.test.ts`, edits: [fitting(name)] },
    ],
    next: [
      { command: `$EDITOR ${HOME}/builtin/${file}.ts`, about: "what it takes, gives and does" },
      { command: `tools/bazel test //${HOME}/...`, about: "its tests, and 10,000 hostile arguments" },
      { command: "tools/bazel run //docs/reference:tools.update", about: "the page of all tools" },
    ],
  };
}

function registration(file: string, constant: string): readonly Edit[] {
  return [
    {
      kind: "line",
      act: "add",
      like: '^import \\{ \\w+ \\} from "#llm-tools/builtin/',
      line: `import { ${constant} } from "#llm-tools/builtin/${file}";`,
    },
    { kind: "line", act: "add", after: "export const ALL_TOOLS", like: "^ {2}\\w+,$", line: `  ${constant},` },
  ];
}

function source(target: string, file: string): Edit {
  return { kind: "build-list", target, attribute: "srcs", act: "add", text: `builtin/${file}` };
}

function fitting(name: string): Edit {
  return {
    kind: "line",
    act: "add",
    after: "const FITTING",
    like: "^ {2}[a-z0-9_]+: \\{",
    line: `  ${name}: { text: "A lamp is a lamp." },`,
  };
}

/** Names in the registry, by the files of the tools. */
function takenNames(tree: Tree): readonly string[] {
  const imports = tree.read(`${HOME}/builtin/all-tools.ts`)?.matchAll(/"#llm-tools\/builtin\/([a-z0-9-]+)"/g) ?? [];
  return [...imports].flatMap(([, file = ""]) => {
    const name = /name: "([a-z0-9_]+)"/.exec(tree.read(`${HOME}/builtin/${file}.ts`) ?? "")?.[1];
    return name === undefined ? [] : [name];
  });
}

function describe(name: string): string {
  const words = name.replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
