import { parse } from "jsonc-parser";

import {
  BINDING_NAME_PATTERN,
  ownResourceName,
  OWN_BINDING_KINDS,
  PLATFORM_BINDINGS,
  type OwnBindingKind,
  type OwnBindings,
} from "#tenancy/own-bindings";
import { parseTenantConfig } from "#tenancy/parse-tenant-config";
import { applyEdits, type Edit } from "../../edit/edit.js";
import type { NextCommand, Plan, PlannedEdits, PlannedFile } from "../../plan/plan.js";
import type { Tree } from "../../plan/tree.js";
import { argument, flagOption, textOption, type Given, type Kind } from "../kind.js";
import { refuse } from "../refuse.js";
import { goldenFiles } from "../tenant/golden-files.js";
import { checkConfig, configPath, readTenants, readTenantText } from "../tenant/read-tenants.js";
import { objectFiles, objectFolder } from "./object-texts.js";
import { TENANT_BINDINGS, tenantBindingsText } from "./tenant-bindings.js";

/** A binding of one tenant, besides those that every tenant has. */
export const bindingKind: Kind = {
  name: "binding",
  about: "a binding of a tenant's own: config, Env type, wrangler files; for do a class with its test",
  arguments: [
    { name: "TENANT", question: "Tenant" },
    { name: "KIND", question: "Kind", choices: OWN_BINDING_KINDS },
    { name: "NAME", question: "Name in the Worker's environment, e.g. UPLOADS" },
  ],
  options: {
    class: {
      type: "string",
      value: "NAME",
      about: "do: name of the class, e.g. order-book; default: the binding's name",
    },
    remove: {
      type: "boolean",
      about: "take it away; the class of a Durable Object is deleted with its data by the next deploy",
    },
  },
  examples: [
    "tools/bazel run //tools:new -- binding acme r2 UPLOADS",
    "tools/bazel run //tools:new -- binding acme do COUNTERS",
    "tools/bazel run //tools:new -- binding acme r2 UPLOADS --remove --dry-run",
  ],
  plan: planBinding,
};

/** A request that was understood. */
interface Request {
  readonly tenantId: string;
  readonly text: string;
  readonly kind: OwnBindingKind;
  readonly name: string;
  readonly bindings: OwnBindings;
  readonly object: string;
}

function planBinding(given: Given, tree: Tree): Plan {
  const request = readRequest(given, tree);
  const isRemoval = flagOption(given, "remove");
  const { edits, files } = isRemoval ? planRemoval(request) : planAddition(request);
  const { tenantId, text, name } = request;
  const configEdits = edits.find(({ path }) => path === configPath(tenantId))?.edits ?? [];
  const after = applyEdits(text, configEdits);
  if (!after.ok) return refuse(`${configPath(tenantId)} cannot be edited: ${after.why}`);
  checkConfig(tenantId, after.text, tree);
  const types = tenantBindingsText(bindingsOfAll(tree, tenantId, bindingsIn(after.text)));
  return {
    what: `${isRemoval ? "removal of " : ""}binding ${name} of ${tenantId}`,
    home: request.kind === "do" ? objectFolder(request.object) : `tenants/${tenantId}`,
    files: [
      ...files,
      ...goldenFiles(tenantId, after.text, tree),
      { path: TENANT_BINDINGS, text: types, owner: "build" },
    ],
    edits,
    next: nextCommands(request, isRemoval),
  };
}

function readRequest(given: Given, tree: Tree): Request {
  const { tenantId, text } = readTenantText(tree, argument(given, "TENANT"));
  const [wanted, name] = [argument(given, "KIND"), argument(given, "NAME")];
  if (wanted === "ai") refuse("every tenant has the binding AI, and a Worker can have one only: use that");
  const kind = OWN_BINDING_KINDS.find((candidate) => candidate === wanted);
  if (kind === undefined) return refuse(`there is no kind of binding "${wanted}": use ${OWN_BINDING_KINDS.join(", ")}`);
  if (!BINDING_NAME_PATTERN.test(name))
    refuse(`"${name}" is no binding's name: use upper case, digits and _, such as UPLOADS`);
  if (PLATFORM_BINDINGS.has(name)) refuse(`${name} is a binding of the platform: choose another name`);
  const object = textOption(given, "class") ?? name.toLowerCase().replaceAll("_", "-");
  if (kind === "do" && !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(object)) {
    refuse(`"${object}" is no name of a class: use words of a-z and 0-9 with - between them, such as order-book`);
  }
  return { tenantId, text, kind, name, bindings: bindingsIn(text), object };
}

interface Step {
  readonly edits: readonly PlannedEdits[];
  readonly files: readonly PlannedFile[];
}

function planAddition({ tenantId, name, kind, bindings, object }: Request): Step {
  const known = new Map(Object.entries(bindings)).get(name);
  if (known !== undefined && known.kind !== kind)
    refuse(`${tenantId} has ${name} already, as ${known.kind}: choose another name`);
  if (known?.kind === "do" && known.deletedBy !== undefined) {
    refuse(`${name} was deleted by the migration ${known.deletedBy}: choose another name and class`);
  }
  const at = ["bindings", name];
  if (kind !== "do") {
    const edits: readonly Edit[] = known === undefined ? [{ kind: "json", at, value: { kind } }] : [];
    return { edits: [{ path: configPath(tenantId), edits }], files: [] };
  }
  const value = { kind, object, migration: nextMigration(bindings) };
  const edits: readonly Edit[] = known === undefined ? [{ kind: "json", at, value }] : [];
  return {
    edits: [{ path: configPath(tenantId), edits }, objectEdit(tenantId, object, "add")],
    files: objectFiles(object),
  };
}

function planRemoval({ tenantId, name, kind, bindings, object }: Request): Step {
  const known = new Map(Object.entries(bindings)).get(name);
  if (known !== undefined && known.kind !== kind) refuse(`${name} of ${tenantId} is ${known.kind}, not ${kind}`);
  if (known?.kind !== "do") {
    return { edits: [{ path: configPath(tenantId), edits: [{ kind: "json", at: ["bindings", name] }] }], files: [] };
  }
  // A class that was deployed is deleted by a migration, so its entry stays.
  const edits: readonly Edit[] =
    known.deletedBy === undefined
      ? [{ kind: "json", at: ["bindings", name, "deletedBy"], value: nextMigration(bindings) }]
      : [];
  return { edits: [{ path: configPath(tenantId), edits }, objectEdit(tenantId, object, "remove")], files: [] };
}

/** The package of the class, as a dependency of the tenant's bundle. */
function objectEdit(tenantId: string, object: string, act: "add" | "remove"): PlannedEdits {
  const text = `//${objectFolder(object)}`;
  return {
    path: `tenants/${tenantId}/BUILD.bazel`,
    edits: [{ kind: "build-list", target: tenantId, attribute: "objects", act, text }],
  };
}

/** The tag after all that were ever used; `v1` is the platform's. */
function nextMigration(bindings: OwnBindings): string {
  const used = Object.values(bindings).flatMap((binding) =>
    binding.kind === "do" ? [binding.migration, binding.deletedBy ?? "v1"].map((tag) => Number(tag.slice(1))) : [],
  );
  return `v${Math.max(1, ...used) + 1}`;
}

function bindingsIn(configText: string): OwnBindings {
  const result = parseTenantConfig(parse(configText));
  return result.ok ? (result.config.bindings ?? {}) : {};
}

function bindingsOfAll(tree: Tree, changed: string, bindings: OwnBindings) {
  return readTenants(tree).map(({ config }) => ({
    tenantId: config.tenantId,
    bindings: config.tenantId === changed ? bindings : bindingsIn(tree.read(configPath(config.tenantId)) ?? ""),
  }));
}

function nextCommands(request: Request, isRemoval: boolean): readonly NextCommand[] {
  const { tenantId, kind, object } = request;
  const test = {
    command: `tools/bazel test //tenants/${tenantId}/... //platform/worker:lint`,
    about: "the Worker has it",
  };
  if (isRemoval) return [test, ...leftInAccount(request)];
  if (kind !== "do") return [test, ...provision(request)];
  return [
    { command: `$EDITOR ${objectFolder(object)}/${object}-object.ts`, about: "what it keeps and does" },
    { command: `tools/bazel test //${objectFolder(object)}/...`, about: "its test, in workerd" },
    test,
  ];
}

/** How what is behind a binding is made; datasets make themselves. */
function provision({ tenantId, kind }: Request): readonly NextCommand[] {
  if (kind === "analytics") return [];
  const command = `tools/bazel run //tenants/${tenantId}:provision -- --env staging --yes`;
  return [{ command, about: "make what is behind it, then :deploy" }];
}

const REMOVALS: ReadonlyMap<OwnBindingKind, (name: string) => string> = new Map([
  ["kv", (name) => `wrangler kv namespace delete --namespace-id <id of ${name}>`],
  ["d1", (name) => `wrangler d1 delete ${name}`],
  ["r2", (name) => `wrangler r2 bucket delete ${name}`],
  ["vectorize", (name) => `wrangler vectorize delete ${name}`],
  ["queue", (name) => `wrangler queues delete ${name}`],
]);

/** What the removal of a binding leaves in the account, with its data: a person decides. */
function leftInAccount({ kind, name }: Request): readonly NextCommand[] {
  const remove = REMOVALS.get(kind);
  if (remove === undefined) return [];
  const command = remove(ownResourceName("<worker>", name));
  return [{ command, about: "in each environment, after the deploy, if its data is not needed" }];
}
