import { ALL_TOOLS } from "#llm-tools/builtin/all-tools";
import { ENVIRONMENTS, type EnvironmentName } from "#tenancy/environments";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { MANIFEST } from "../../plan/manifest.js";
import type { Plan } from "../../plan/plan.js";
import type { Tree } from "../../plan/tree.js";
import { argument, flagOption, listOption, textOption, type Given, type Kind } from "../kind.js";
import { refuse } from "../refuse.js";
import { checkConfig, configPath, readTenants } from "./read-tenants.js";
import { tenantConfigText } from "./tenant-config-text.js";

/** A tenant: its folder, with which `:dev`, `:deploy` and all other targets of the macro are there. */
export const tenantKind: Kind = {
  name: "tenant",
  about: "a tenant: its folder with config, prompt and BUILD file, ready for :dev",
  arguments: [{ name: "ID", question: "Id of the tenant (a-z, 0-9, -)" }],
  options: {
    name: {
      type: "string",
      value: "TEXT",
      about: "name for people; default: the id in capitals",
      question: "Name for people",
      suggest: (given) => displayNameOf(argument(given, "ID")),
    },
    account: {
      type: "string",
      value: "HEX",
      about: "Cloudflare account id; default: that of the other tenants, if they have one in common",
      question: "Cloudflare account id",
      suggest: (_, tree) => commonAccount(tree),
    },
    host: {
      type: "string",
      value: "[ENV=]HOST",
      multiple: true,
      about: "a host name, of production if no environment is named; repeatable",
      question: "Host names, e.g. staging=ai.staging.acme.example, ai.acme.example (none: a workers.dev host)",
    },
    origin: { type: "string", value: "URL", multiple: true, about: "origin whose pages may call it; repeatable" },
    tool: { type: "string", value: "NAME", multiple: true, about: "a tool it has; default: all that only read" },
    policies: {
      type: "boolean",
      about: "write the defaults of tools, auth, limits, sessions and logging out, to change them",
    },
    prompt: { type: "boolean", about: "write prompts/system.md; --no-prompt leaves it out" },
  },
  examples: [
    "tools/bazel run //tools:new -- tenant initech",
    'tools/bazel run //tools:new -- tenant initech --name "Initech" --host staging=ai.staging.initech.example --host ai.initech.example',
    "tools/bazel run //tools:new -- tenant initech --policies --dry-run",
  ],
  plan: planTenant,
};

function planTenant(given: Given, tree: Tree): Plan {
  const tenantId = parseId(argument(given, "ID"));
  const home = `tenants/${tenantId}`;
  if (tree.has(home) && !tree.has(`${home}/${MANIFEST}`)) {
    refuse(`${home} is there already, and no generator made it: choose another id`);
  }
  const config = tenantConfigText({
    tenantId,
    displayName: textOption(given, "name") ?? displayNameOf(tenantId),
    accountId:
      textOption(given, "account") ??
      commonAccount(tree) ??
      refuse("the tenants have no account in common: give --account"),
    hostnames: parseHosts(listOption(given, "host")),
    origins: listOption(given, "origin"),
    tools: toolsOf(given),
    hasPolicies: flagOption(given, "policies"),
  });
  checkConfig(tenantId, config, tree);
  const prompt = { path: `${home}/prompts/system.md`, text: PROMPT };
  return {
    what: `tenant ${tenantId}`,
    home,
    files: [
      {
        path: `${home}/BUILD.bazel`,
        text: `load("//tools/build:defs.bzl", "tenant")\n\ntenant(name = "${tenantId}")\n`,
      },
      { path: configPath(tenantId), text: config },
      ...(given.options["prompt"] === false ? [] : [prompt]),
    ],
    edits: [],
    next: [
      { command: `tools/bazel run ${label(tenantId, "dev")}`, about: "serve it on this machine" },
      { command: `tools/bazel test //${home}/... //:tenants_test`, about: "it starts, and shares nothing" },
      { command: `tools/bazel run ${label(tenantId, "golden.update")}`, about: "keep its wrangler files for review" },
      { command: `tools/bazel run ${label(tenantId, "provision")} -- --env staging --yes`, about: "then :deploy" },
    ],
  };
}

/** The tools that are named; with the policies, those that every tenant has whose config names none. */
function toolsOf(given: Given): readonly string[] {
  const named = listOption(given, "tool");
  if (named.length > 0 || !flagOption(given, "policies")) return named;
  return [...ALL_TOOLS.values()].flatMap(({ name, effect }) => (effect === "reads" ? [name] : []));
}

export function label(tenantId: string, target: string): string {
  return `//tenants/${tenantId}:${target}`;
}

/** The id, if a tenant may be called so. Nothing else becomes part of a path. */
function parseId(id: string): string {
  const result = tenantIdSchema.safeParse(id);
  return result.success
    ? result.data
    : refuse(`"${id}" is no tenant's id: it ${result.error.issues[0]?.message ?? ""}`);
}

function displayNameOf(id: string): string {
  const words = id.split("-").filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}

function commonAccount(tree: Tree): string | undefined {
  const accounts = new Set(readTenants(tree).map(({ config }) => config.accountId));
  return accounts.size === 1 ? [...accounts][0] : undefined;
}

function parseHosts(hosts: readonly string[]): ReadonlyMap<EnvironmentName, readonly string[]> {
  const pairs = hosts.map((host) => {
    const [first = "", second] = host.split("=");
    if (second === undefined) return { environment: "production" as const, host: first };
    const environment = ENVIRONMENTS.find((name) => name === first);
    return {
      environment: environment ?? refuse(`there is no environment "${first}": use ${ENVIRONMENTS.join(", ")}`),
      host: second,
    };
  });
  const byEnvironment = Map.groupBy(pairs, ({ environment }) => environment);
  return new Map(
    ENVIRONMENTS.flatMap((name): [EnvironmentName, readonly string[]][] => {
      const found = byEnvironment.get(name);
      return found === undefined ? [] : [[name, found.map(({ host }) => host)]];
    }),
  );
}

const PROMPT = `You are the assistant of {{tenant}}, for its customers and staff. Answer in the language of the question, briefly and to the point.
Say so plainly when you do not know something; never invent a fact, a name or a number.
`;
