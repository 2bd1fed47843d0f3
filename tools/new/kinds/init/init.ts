import path from "node:path";

import type { NextCommand, Plan, PlannedFile } from "../../plan/plan.js";
import { readManifest } from "../../plan/manifest.js";
import type { Tree } from "../../plan/tree.js";
import { argument, textOption, type Given, type Kind } from "../kind.js";
import { refuse } from "../refuse.js";
import { configPath } from "../tenant/read-tenants.js";
import { tenantKind } from "../tenant/tenant.js";
import { findDestination } from "./destination.js";
import { mergeFile } from "./merge-file.js";
import { partsOfPackageJson } from "./package-json.js";
import { LOCKFILE, platformFiles } from "./platform-files.js";
import { readmeText } from "./readme-text.js";
import { sharedFiles } from "./shared-files.js";

const FIRST_TENANT = "demo";

/** Stands for an account until there is one: the shape is right, and Cloudflare refuses it. */
const NO_ACCOUNT = "0".repeat(32);

/** The platform in a repository of one's own: new, or with other things in it. Run again, it brings what is new. */
export const initKind: Kind = {
  name: "init",
  about: "a repository of your own: the platform and one tenant, in an empty folder or beside what is there",
  arguments: [{ name: "DIR", question: "Folder (empty, new, or a repository)" }],
  options: {
    tenant: {
      type: "string",
      value: "ID",
      about: `the first tenant; default: ${FIRST_TENANT}, if the repository has none`,
      question: "Id of the first tenant (a-z, 0-9, -)",
      suggest: () => FIRST_TENANT,
    },
    account: { type: "string", value: "HEX", about: "Cloudflare account id of that tenant; default: none yet" },
  },
  examples: [
    "tools/bazel run //tools:new -- init ../assistants",
    "tools/bazel run //tools:new -- init ../assistants --tenant initech --account 0123456789abcdef0123456789abcdef",
    "tools/bazel run //tools:new -- init ../our-monorepo --dry-run",
  ],
  destination: (given, { userDir, root }) => findDestination(argument(given, "DIR"), userDir, root),
  plan: planInit,
};

function planInit(given: Given, repository: Tree, platform: Tree = repository): Plan {
  const dir = argument(given, "DIR");
  const remedy = `take that, or bring the platform into a folder of its own: init ${path.join(dir, "platform")}`;
  const name = nameOf(path.basename(path.resolve(dir)));
  refuseOtherManager(repository, remedy);
  refuseOwnPackages(repository, remedy);
  const merged = sharedFiles(platform, repository, name).map((file) => mergeFile(file, repository, remedy));
  refuseOtherModules(repository, remedy);
  const tenantId = tenantOf(given, repository);
  const files = filesFor(repository, platform, remedy);
  return {
    what: `the platform in ${dir}`,
    home: "",
    isWhole: true,
    files: [...files, ...readmeFor(repository, name, tenantId ?? FIRST_TENANT)],
    edits: merged.map(({ edits }) => edits),
    kept: merged.flatMap(({ kept }) => kept),
    also: tenantId === undefined ? [] : [planTenant(given, tenantId, repository)],
    next: nextCommands(dir, tenantId ?? FIRST_TENANT, { repository, platform }),
  };
}

/** Copies for this repository; a page or a lockfile that it has already is its own. */
function filesFor(repository: Tree, platform: Tree, remedy: string): readonly PlannedFile[] {
  const manifest = readManifest(repository, "");
  const lockfile = { path: LOCKFILE, text: platform.read(LOCKFILE) ?? "", owner: "platform" as const };
  return [...platformFiles(platform), lockfile].filter(({ path: file, text }) => {
    const isForeign = !manifest.has(file) && repository.has(file) && repository.read(file) !== text;
    if (!isForeign) return true;
    if (file === LOCKFILE || file.startsWith("docs/")) return false;
    return refuse(`${file} is there already, and is not the platform's: ${remedy}`);
  });
}

/** Made once: it names the first tenant, and is the repository's from then on. */
function readmeFor(repository: Tree, name: string, tenantId: string): readonly PlannedFile[] {
  const present = repository.read("README.md");
  if (present !== undefined && !readManifest(repository, "").has("README.md")) return [];
  return [{ path: "README.md", text: present ?? readmeText(name, tenantId), owner: "platform" }];
}

/** The tenant to be made: the one that is asked for, or the first; `undefined` when it is there. */
function tenantOf(given: Given, repository: Tree): string | undefined {
  const tenants = repository.folders("tenants").filter((id) => repository.has(configPath(id)));
  const wanted = textOption(given, "tenant") ?? (tenants.length === 0 ? FIRST_TENANT : undefined);
  return wanted === undefined || tenants.includes(wanted) ? undefined : wanted;
}

function planTenant(given: Given, id: string, repository: Tree): Plan {
  const account = textOption(given, "account") ?? NO_ACCOUNT;
  return tenantKind.plan({ arguments: { ID: id }, options: { account } }, repository);
}

/** Lockfiles of other package managers. */
const OTHER_LOCKFILES = ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "bun.lock", "bun.lockb"];

function refuseOtherManager(repository: Tree, remedy: string): void {
  const lockfile = OTHER_LOCKFILES.find((file) => repository.has(file));
  if (lockfile === undefined) return;
  refuse(
    `${lockfile} says that another package manager installs this repository, and the platform needs pnpm: ${remedy}`,
  );
}

/** What is without `type` is CommonJS: the platform's `"type": "module"` would make something else of its .js files. */
function refuseOtherModules(repository: Tree, remedy: string): void {
  const text = repository.read("package.json");
  if (text === undefined || partsOfPackageJson(text).some(({ name }) => name === "type")) return;
  const script = repository.files().find((file) => file.endsWith(".js"));
  if (script === undefined) return;
  refuse(`${script} is CommonJS, as package.json has no "type", and the platform needs "type": "module": ${remedy}`);
}

const PLATFORM_FOLDERS = /^(?:apps|docs|platform|tenants|tests|tools)\/(?:.*\/)?BUILD(?:\.bazel)?$/;

/** Packages among those of the platform must have its checks, or they break the build of all. */
function refuseOwnPackages(repository: Tree, remedy: string): void {
  const manifest = readManifest(repository, "");
  if (manifest.size > 0) return;
  const own = repository.files().find((file) => PLATFORM_FOLDERS.test(file));
  if (own !== undefined) refuse(`${own} is a package where the platform has its own: ${remedy}`);
}

function nameOf(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  return name === "" ? "assistants" : name;
}

function nextCommands(
  folder: string,
  tenantId: string,
  { repository, platform }: { repository: Tree; platform: Tree },
): readonly NextCommand[] {
  const version = partsOfPackageJson(platform.read("package.json") ?? "{}").find(
    (part) => part.name === "packageManager",
  );
  const isMixed = repository.has("package.json") && !readManifest(repository, "").has("package.json#type");
  const lock = {
    command: `npx --yes ${version?.text ?? "pnpm"} install --lockfile-only`,
    about: "your packages and the platform's in one lockfile",
  };
  return [
    { command: `cd ${folder}`, about: "the repository" },
    ...(isMixed ? [lock] : []),
    { command: `tools/bazel run //tenants/${tenantId}:dev`, about: "serve the tenant on this machine" },
    { command: "tools/bazel test //tenants/...", about: "it holds, and starts" },
  ];
}
