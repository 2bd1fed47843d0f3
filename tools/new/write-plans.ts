/**
 * Build action: writes what each kind makes in a small checkout, as patches, for //tools/new:golden.
 *
 *     write-plans.js <file>
 */
import { writeFileSync } from "node:fs";

import { KINDS } from "./kinds/all-kinds.js";
import type { Given } from "./kinds/kind.js";
import { formatChanges } from "./plan/format-patch.js";
import { resolvePlan } from "./plan/resolve-plan.js";
import { memoryTree } from "./plan/tree.js";
import { SMALL_CHECKOUT } from "./testing/small-checkout.js";
import { SMALL_PLATFORM, SMALL_REPOSITORY } from "./testing/small-platform.js";

/** What is asked for: every kind at least once. */
const REQUESTS: readonly (readonly [kind: string, arguments_: Given["arguments"], options: Given["options"]])[] = [
  ["tenant", { ID: "initech" }, { host: ["staging=ai.staging.initech.example", "ai.initech.example"], policies: true }],
  ["env", { TENANT: "acme", ENV: "staging" }, { host: ["ai.staging.acme.example"] }],
  ["worker", { NAME: "help-desk" }, { tenant: ["acme"] }],
  ["rag-module", { TENANT: "acme" }, {}],
  ["tool", { NAME: "count_words" }, { description: "Counts the words of a text." }],
  ["binding", { TENANT: "acme", KIND: "r2", NAME: "UPLOADS" }, {}],
  ["binding", { TENANT: "acme", KIND: "do", NAME: "ORDER_BOOK" }, {}],
  ["tts-provider", { NAME: "big-voice" }, { model: "big/one" }],
  ["init", { DIR: "../assistants" }, { tenant: "initech" }],
  ["init", { DIR: "../shop" }, {}],
];

/** What is in a folder that the platform is brought to. */
const FOLDERS: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  "../assistants": new Map(),
  "../shop": SMALL_REPOSITORY,
};

/** Digests, and what the build renders: they say nothing that is not said beside them. */
const NOT_SHOWN = /\/\.generated\.json$|\/golden\//;

const platform = memoryTree(SMALL_PLATFORM);
const texts: string[] = [];
for (const kind of KINDS) {
  const requests = REQUESTS.filter(([name]) => name === kind.name);
  if (requests.length === 0) throw new Error(`REQUESTS of write-plans.ts has none for ${kind.name}: add one.`);
  for (const [name, arguments_, options] of requests) {
    const folder = FOLDERS[arguments_["DIR"] ?? ""];
    const tree = memoryTree(folder ?? SMALL_CHECKOUT);
    const plan = kind.plan({ arguments: arguments_, options }, tree, folder === undefined ? tree : platform);
    const { changes, refusals } = await resolvePlan(plan, tree);
    if (refusals.length > 0) throw new Error(refusals.join("\n"));
    const shown = changes.filter(({ path }) => !NOT_SHOWN.test(path));
    texts.push(`# ${name} ${JSON.stringify({ ...arguments_, ...options })}\n\n${formatChanges(shown)}`);
  }
}
writeFileSync(process.argv[2] ?? "", texts.join("\n"));
