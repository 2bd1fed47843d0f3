/**
 * Shows that what //tools:new makes builds, passes its tests and lint: makes one of each kind in a copy of the repository,
 * in a Bazel of its own.
 *
 *     bazel run //tools/build/tests:generators
 *
 * Each is first shown, which writes nothing, then made, then made again, which changes nothing.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readReady } from "./read-ready.js";
import { createScratchWorkspace } from "./scratch-workspace.js";

const TENANT = ["tenant", "initech", "--host", "ai.initech.example", "--policies"];

/** What is made, in this order. */
const COMMANDS: readonly (readonly string[])[] = [
  ["tool", "count_words", "--description", "Counts the words of a text."],
  ["tts-provider", "big-voice", "--model", "big/one"],
  TENANT,
  ["env", "initech", "staging", "--host", "ai.staging.initech.example"],
  ["worker", "help-desk", "--tenant", "initech"],
  ["rag-module", "initech"],
  ["binding", "initech", "do", "ORDER_BOOK"],
];

/** What differs from the last of those in few lines only: made, and not looked at twice. */
const MORE = ["kv", "d1", "r2", "vectorize", "queue", "analytics"].map((kind) => [
  "binding",
  "initech",
  kind,
  `MY_${kind.toUpperCase()}`,
]);

/** What is built and tested then: everything that was made, and whoever depends on it. */
const TARGETS = [
  "//apps/help-desk/...",
  "//tenants:tenants_test",
  "//tenants/initech/...",
  "//platform/llm-tools/...",
  "//platform/speech/...",
  "//platform/worker/objects/...",
  "//platform/worker:lint",
  "//platform/worker:format",
  "//docs/reference:all",
];

/** Requests that must be refused. */
const REFUSED: readonly (readonly string[])[] = [
  ["tenant", "acme"],
  ["tenant", "../initech"],
  ["worker", "search"],
  ["worker", "shop", "--tenant", "initech"],
  ["tenant", "hooli", "--host", "ai.initech.example"],
  ["gadget", "x"],
  ["tenant"],
];

const scratch = createScratchWorkspace(process.env);
const { copy, bazel, start, reusedRepositories } = scratch;
const failures: string[] = [];
const run = (target: string, args: readonly string[] = []): string =>
  bazel(["run", ...reusedRepositories, "--", target, ...args]);

try {
  for (const command of COMMANDS) makeTwice(command);
  for (const command of MORE) run("//tools:new", command);
  keepHandEdit();
  const made = digest();
  for (const command of REFUSED) {
    const output = run("//tools:new", command);
    check(/^error: [^\n]+$/m.test(output) && digest() === made, `refused: ${command.join(" ")}`, output);
  }
  for (const page of ["speech", "tools"]) run(`//docs/reference:${page}.update`);
  const output = bazel(["test", "--keep_going", ...reusedRepositories, "--", ...TARGETS]);
  check(
    /^INFO: Build completed successfully/m.test(output),
    "what was made builds, and passes its tests and lint",
    output,
  );
  await serveApp();
  forgetRow();
  loseAnswer();
} finally {
  scratch.remove();
}
process.exitCode = failures.length === 0 ? 0 : 1;

function makeTwice(command: readonly string[]): void {
  const what = command.slice(0, 4).join(" ");
  const before = digest();
  const shown = run("//tools:new", [...command, "--dry-run"]);
  check(shown.includes("diff --git") && digest() === before, `shown, and nothing written: ${what}`, shown);
  const written = run("//tools:new", command);
  const after = digest();
  check(/^written: /m.test(written) && after !== before, `made: ${what}`, written);
  const again = run("//tools:new", command);
  check(/^nothing to do: /m.test(again) && digest() === after, `made again, and nothing changed: ${what}`, again);
}

/** `:dev` serves the tenant with its app: a question with the key that it shows, and one without. */
async function serveApp(): Promise<void> {
  const readyFile = path.join(copy, "ready.json");
  const arguments_ = [
    "run",
    ...reusedRepositories,
    "//tenants/initech:dev",
    "--",
    "--no-watch",
    "--ready-file",
    readyFile,
  ];
  const server = start(arguments_);
  try {
    const { url, apiKey } = await readReady(readyFile);
    const ask = (headers: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(`${url}/help-desk/chat`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: '{"message":"Hello"}',
      });
    const [served, refused] = [await ask({ authorization: `Bearer ${apiKey}` }), await ask({})];
    const told = await served.text();
    check(
      served.status === 200 && refused.status === 401 && told.includes('"answer"'),
      ":dev serves the app to who has a key",
      `error: ${served.status} ${refused.status} ${told}`,
    );
  } finally {
    server.end();
  }
}

/** A route that nobody told the isolation matrix of fails a test, which says where. */
function forgetRow(): void {
  const file = path.join(copy, "apps/help-desk/route-rows.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace("helpDeskChat", "somethingElse"));
  const output = bazel(["test", "--test_output=all", ...reusedRepositories, "--", "//apps/help-desk:isolation"]);
  const says = "POST /help-desk/chat has no row in the isolation matrix";
  check(
    output.includes(says) && output.includes("ROUTE_ROWS in apps/help-desk/route-rows.ts"),
    `refused: ${says}`,
    output,
  );
}

/** Documents that are found worse than before fail a test, which says by which questions: two have changed places. */
function loseAnswer(): void {
  const folder = path.join(copy, "tenants/initech/knowledge/documents");
  const [warranty, shipping] = [path.join(folder, "warranty.md"), path.join(folder, "shipping.md")];
  const text = readFileSync(warranty, "utf8");
  writeFileSync(warranty, readFileSync(shipping, "utf8"));
  writeFileSync(shipping, text);
  const output = bazel(["test", "--test_output=all", ...reusedRepositories, "--", "//tenants/initech:knowledge"]);
  const says = "How many years of warranty does a device have?";
  const isTold = /ndcg was 1, is 0\.\d+/.test(output) && output.includes(says);
  check(isTold, "refused: a document that has lost its answer", output);
}

/** A person's comment in a config outlives the generator. */
function keepHandEdit(): void {
  const file = path.join(copy, "tenants/initech/tenant.config.json");
  const mine = readFileSync(file, "utf8").replace("{", "{\n  // Mine.");
  writeFileSync(file, mine);
  const output = run("//tools:new", TENANT);
  check(output.includes("stays as it is") && readFileSync(file, "utf8") === mine, "a hand edit stays", output);
}

/** Of all files of the folders that generators write to. */
function digest(): string {
  const hash = createHash("sha256");
  for (const folder of ["apps", "docs", "platform", "tenants"]) {
    for (const file of filesBelow(folder)) hash.update(`${file}\0`).update(readFileSync(path.join(copy, file)));
  }
  return hash.digest("hex");
}

function filesBelow(folder: string): readonly string[] {
  try {
    const entries = readdirSync(path.join(copy, folder), { withFileTypes: true, recursive: true });
    return entries
      .flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []))
      .map((file) => path.relative(copy, file))
      .toSorted();
  } catch {
    // A folder that nothing was made in yet.
    return [];
  }
}

function check(isTrue: boolean, what: string, output: string): void {
  console.log(`${isTrue ? "PASSED" : "FAILED"}  ${what}`);
  if (isTrue) return;
  failures.push(what);
  console.log(
    output
      .split("\n")
      .filter((line) => /error|fail|✖/i.test(line))
      .slice(0, 60)
      .join("\n"),
  );
}
