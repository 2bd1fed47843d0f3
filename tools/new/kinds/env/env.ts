import { ENVIRONMENTS, type EnvironmentName } from "#tenancy/environments";
import { applyEdits, type Edit } from "../../edit/edit.js";
import { jsonAt } from "../../edit/json-text.js";
import type { Plan } from "../../plan/plan.js";
import type { Tree } from "../../plan/tree.js";
import { argument, listOption, textOption, type Given, type Kind } from "../kind.js";
import { refuse } from "../refuse.js";
import { goldenFiles } from "../tenant/golden-files.js";
import { checkConfig, configPath, readTenantText } from "../tenant/read-tenants.js";
import { label } from "../tenant/tenant.js";

/** What one environment of a tenant has of its own: host names, the name of its Worker, a chat model. */
export const envKind: Kind = {
  name: "env",
  about: "an environment of a tenant: its host names, Worker name and chat model",
  arguments: [
    { name: "TENANT", question: "Tenant" },
    { name: "ENV", question: "Environment", choices: ENVIRONMENTS },
  ],
  options: {
    host: {
      type: "string",
      value: "HOST",
      multiple: true,
      about: "a host name it answers, besides those it has; repeatable",
      question: "Host names (none: a workers.dev host)",
    },
    "worker-name": { type: "string", value: "NAME", about: "name of its Worker; default: <tenant>-<env>" },
    "chat-model": {
      type: "string",
      value: "ID",
      about: "chat model of this environment, where it is not the tenant's",
    },
  },
  examples: [
    "tools/bazel run //tools:new -- env acme staging --host ai.staging.acme.example",
    "tools/bazel run //tools:new -- env acme staging --chat-model @cf/meta/llama-3.1-8b-instruct-fast",
  ],
  plan: planEnv,
};

function planEnv(given: Given, tree: Tree): Plan {
  const { tenantId, text } = readTenantText(tree, argument(given, "TENANT"));
  const wanted = argument(given, "ENV");
  const name =
    ENVIRONMENTS.find((candidate) => candidate === wanted) ??
    refuse(`there is no environment "${wanted}": every tenant has ${ENVIRONMENTS.join(", ")}`);
  const edits = editsOf(text, name, given);
  const after = applyEdits(text, edits);
  if (!after.ok) return refuse(`${configPath(tenantId)} cannot be edited: ${after.why}`);
  checkConfig(tenantId, after.text, tree);
  const verbs: readonly [string, string][] = [
    ["provision", "KV, D1, Vectorize, gateway; writes their ids"],
    ["deploy", "plan, upload, checks, traffic, record"],
  ];
  return {
    what: `environment ${name} of ${tenantId}`,
    home: `tenants/${tenantId}`,
    files: goldenFiles(tenantId, after.text, tree),
    edits: [{ path: configPath(tenantId), edits }],
    next: [
      { command: `tools/bazel test //tenants/${tenantId}/... //:tenants_test`, about: "it holds, and shares nothing" },
      ...verbs.map(([verb, about]) => ({
        command: `tools/bazel run ${label(tenantId, verb)} -- --env ${name} --yes`,
        about,
      })),
    ],
  };
}

function editsOf(text: string, name: EnvironmentName, given: Given): readonly Edit[] {
  const at = ["environments", name] as const;
  const known = jsonAt(text, [...at, "hostnames"]);
  const hosts: readonly unknown[] = Array.isArray(known) ? known : [];
  const added = listOption(given, "host").filter((host) => !hosts.includes(host));
  const workerName = textOption(given, "worker-name");
  const chatModel = textOption(given, "chat-model");
  return [
    ...(jsonAt(text, at) === undefined ? [{ kind: "json" as const, at, value: {} }] : []),
    ...(added.length > 0 && hosts.length === 0
      ? [{ kind: "json" as const, at: [...at, "hostnames"], value: added }]
      : []),
    ...(hosts.length > 0
      ? added.map((value, index) => ({ kind: "json" as const, at: [...at, "hostnames", hosts.length + index], value }))
      : []),
    ...(workerName === undefined ? [] : [{ kind: "json" as const, at: [...at, "workerName"], value: workerName }]),
    ...(chatModel === undefined ? [] : [{ kind: "json" as const, at: [...at, "models", "chat"], value: chatModel }]),
  ];
}
