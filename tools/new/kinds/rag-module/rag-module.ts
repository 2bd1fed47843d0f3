import type { Plan } from "../../plan/plan.js";
import type { Tree } from "../../plan/tree.js";
import { argument, type Given, type Kind } from "../kind.js";
import { readTenantText } from "../tenant/read-tenants.js";
import { GROUNDED_PROMPT, knowledgeFolder, moduleFiles } from "./module-texts.js";

/** Documents of a tenant, and a test of how well they are found. */
export const ragModuleKind: Kind = {
  name: "rag-module",
  about: "documents of a tenant, judged questions, and a test that fails when they are found worse than before",
  arguments: [{ name: "TENANT", question: "Tenant" }],
  options: {},
  examples: [
    "tools/bazel run //tools:new -- rag-module acme",
    "tools/bazel run //tools:new -- rag-module acme --dry-run",
  ],
  plan: planModule,
};

function planModule(given: Given, tree: Tree): Plan {
  const { tenantId } = readTenantText(tree, argument(given, "TENANT"));
  const home = `tenants/${tenantId}`;
  const prompt = { path: `${home}/prompts/system.md`, text: GROUNDED_PROMPT };
  const documents = `${knowledgeFolder(tenantId)}/documents`;
  return {
    what: `knowledge of ${tenantId}`,
    home,
    // A prompt that is there says what the tenant wants said.
    files: [...moduleFiles(tenantId), ...(tree.has(prompt.path) ? [] : [prompt])],
    edits: [],
    next: [
      { command: `$EDITOR ${documents}`, about: "your own documents, and questions in queries.json" },
      { command: `tools/bazel test //${home}:knowledge`, about: "they are found as well as before" },
      { command: `tools/bazel run //${home}:dev -- --ingest ${documents}`, about: "serve them on this machine" },
      { command: `tools/bazel run //${home}:ingest -- ${documents} --url …`, about: "send them to a deployed Worker" },
    ],
  };
}
