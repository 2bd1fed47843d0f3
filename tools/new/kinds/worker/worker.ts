import { applyEdits } from "../../edit/edit.js";
import type { Plan, PlannedEdits } from "../../plan/plan.js";
import type { Tree } from "../../plan/tree.js";
import { argument, listOption, type Given, type Kind } from "../kind.js";
import { refuse } from "../refuse.js";
import { readTenantText } from "../tenant/read-tenants.js";
import { appFiles, appFolder } from "./app-texts.js";

/** An app: routes that the Workers of some tenants have besides those of the platform. */
export const workerKind: Kind = {
  name: "worker",
  about: "an app: routes of its own for the Workers of some tenants, with tests and its place in the isolation matrix",
  arguments: [{ name: "NAME", question: "Name of the app, which its paths start with (a-z, 0-9, -)" }],
  options: {
    tenant: {
      type: "string",
      value: "ID",
      multiple: true,
      about: "a tenant whose Worker has it; repeatable",
      question: "Tenants that have it, with commas between them (none: name it in their BUILD files later)",
    },
  },
  examples: [
    "tools/bazel run //tools:new -- worker desk --tenant acme",
    "tools/bazel run //tools:new -- worker desk --dry-run",
  ],
  plan: planWorker,
};

/** First parts of the platform's paths, and names of targets of the macro `worker_app`. The build refuses what is missing here. */
const TAKEN: ReadonlySet<string> = new Set([
  ...["alerts", "api", "audit", "chat", "console", "docs", "documents", "health", "ingest", "mcp", "metrics"],
  ...["search", "sessions", "speech", "tools", "tts", "usage", "v1"],
  ...["app", "format", "isolation", "pool", "routes", "rows", "test"],
]);

function planWorker(given: Given, tree: Tree): Plan {
  const name = argument(given, "NAME");
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40) {
    refuse(`"${name}" is no app's name: use words of a-z and 0-9 with - between them, such as help-desk`);
  }
  if (TAKEN.has(name))
    refuse(`"${name}" has a meaning already, in paths of the platform or in the build: choose another name`);
  const tenants = listOption(given, "tenant").map((id) => readTenantText(tree, id).tenantId);
  const edits = [...new Set(tenants)].map((tenantId) => mount(name, tenantId));
  for (const edit of edits) refuseOtherApp(edit, tree);
  const [first = "<tenant>"] = tenants;
  return {
    what: `app ${name}`,
    home: appFolder(name),
    files: appFiles(name),
    edits,
    next: [
      { command: `$EDITOR ${appFolder(name)}/routes/chat.ts`, about: "what it answers" },
      { command: `tools/bazel test //${appFolder(name)}/...`, about: "its tests, and the isolation matrix" },
      ...(tenants.length > 0
        ? []
        : [
            {
              command: "$EDITOR tenants/<tenant>/BUILD.bazel",
              about: `tenant(name = …, worker = "//${appFolder(name)}")`,
            },
          ]),
      { command: `tools/bazel run //tenants/${first}:dev`, about: "serve it on this machine" },
    ],
  };
}

/** A Worker has one app at most. */
function refuseOtherApp({ path, edits }: PlannedEdits, tree: Tree): void {
  const result = applyEdits(tree.read(path) ?? "", edits);
  if (!result.ok) refuse(`${path} cannot be edited: ${result.why}`);
}

function mount(name: string, tenantId: string): PlannedEdits {
  return {
    path: `tenants/${tenantId}/BUILD.bazel`,
    edits: [{ kind: "build-text", target: tenantId, attribute: "worker", text: `//${appFolder(name)}` }],
  };
}
