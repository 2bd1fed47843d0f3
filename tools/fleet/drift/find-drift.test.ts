import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { driftFacts, makeBuild, makeRecord, NOW, remoteDeployment, remoteVersion } from "../testing/plan-fixtures.js";
import { type DriftFacts, findDrift } from "./find-drift.js";
import { planRepair } from "./plan-repair.js";

const build = makeBuild("b1", { secrets: ["SPEECH_KEY"] });
const secret = { name: "SPEECH_KEY", type: "secret_text" };

/** The facts right after a deploy, and then changed. */
function changed(change: (facts: ReturnType<typeof clean>) => Partial<DriftFacts> | undefined): DriftFacts {
  const facts = clean();
  return { ...facts, ...change(facts) };
}

function clean() {
  const facts = structuredClone(driftFacts(build));
  facts.remote.worker.settings.bindings.push(secret);
  return facts;
}

const kinds = (facts: DriftFacts): string[] =>
  findDrift(facts).findings.map(({ kind, name }) => `${kind} ${name}`.trim());

/** For each property that can drift: a change that is found, and one beside it that is none, where there is such a thing. */
const cases: readonly {
  readonly property: string;
  readonly drift: (facts: ReturnType<typeof clean>) => Partial<DriftFacts> | undefined;
  readonly finding: string;
  readonly nearMiss?: (facts: ReturnType<typeof clean>) => Partial<DriftFacts> | undefined;
}[] = [
  {
    property: "binding removed",
    drift: ({ remote }) => void remote.worker.settings.bindings.shift(),
    finding: "binding AI",
    nearMiss: ({ remote }) => void remote.worker.settings.bindings.reverse(),
  },
  {
    property: "binding's id changed",
    drift: ({ remote }) => void (bindingOf(remote, "KV")["namespace_id"] = "f".repeat(32)),
    finding: "binding KV",
    nearMiss: ({ remote }) => void (bindingOf(remote, "CHAT_SESSIONS")["namespace_id"] = "f".repeat(32)),
  },
  {
    property: "binding's owner changed",
    drift: ({ remote }) => void (bindingOf(remote, "QUOTAS")["script_name"] = "globex-production"),
    finding: "binding QUOTAS",
    nearMiss: ({ remote }) => void (bindingOf(remote, "QUOTAS")["script_name"] = "acme-production"),
  },
  {
    property: "variable changed",
    drift: ({ remote }) => void (bindingOf(remote, "ENVIRONMENT")["text"] = "staging"),
    finding: "binding ENVIRONMENT",
    nearMiss: ({ remote }) => void (bindingOf(remote, "ENVIRONMENT")["part"] = "ENVIRONMENT"),
  },
  {
    property: "extra binding",
    drift: ({ remote }) => void remote.worker.settings.bindings.push({ name: "EXTRA", type: "plain_text", text: "x" }),
    finding: "binding EXTRA",
  },
  {
    property: "compatibility date",
    drift: ({ remote }) => void (remote.worker.settings.compatibility_date = "2020-01-01"),
    finding: "compatibility_date",
    nearMiss: ({ remote }) => void (remote.worker.settings.placement = {}),
  },
  {
    property: "compatibility flag",
    drift: ({ remote }) => void remote.worker.settings.compatibility_flags?.push("nodejs_compat"),
    finding: "compatibility_flag nodejs_compat",
    nearMiss: ({ remote }) => void remote.worker.settings.compatibility_flags?.reverse(),
  },
  {
    property: "domain",
    drift: ({ remote }) => ({ remote: { ...remote, domains: [] } }),
    finding: "domain ai.acme.example",
    nearMiss: ({ remote }) => ({
      remote: {
        ...remote,
        domains: [...remote.domains, { id: "x", hostname: "ai.globex.example", service: "globex-production" }],
      },
    }),
  },
  {
    property: "cron",
    drift: ({ remote }) => ({
      remote: { ...remote, worker: { ...remote.worker, crons: [...remote.worker.crons, "0 3 * * *"] } },
    }),
    finding: "cron 0 3 * * *",
    nearMiss: ({ remote }) => ({
      remote: { ...remote, worker: { ...remote.worker, crons: [...remote.worker.crons] } },
    }),
  },
  {
    property: "workers.dev opened",
    drift: ({ remote }) => ({ remote: { ...remote, worker: { ...remote.worker, subdomain: { enabled: true } } } }),
    finding: "workers_dev",
    nearMiss: ({ remote }) => ({ remote: { ...remote, worker: { ...remote.worker, subdomain: undefined } } }),
  },
  {
    property: "secret missing",
    drift: ({ remote }) => void remote.worker.settings.bindings.pop(),
    finding: "secret SPEECH_KEY",
    nearMiss: ({ remote }) => ({
      remote: {
        ...remote,
        worker: {
          ...remote.worker,
          versions: [
            remoteVersion("v2", 2, undefined, { "workers/triggered_by": "secret" }),
            ...remote.worker.versions,
          ],
          deployments: [remoteDeployment("secret", ["v2", 100])],
        },
      },
    }),
  },
  {
    property: "script overwritten from the dashboard",
    drift: ({ remote }) => ({
      liveModuleDigest: "other",
      remote: {
        ...remote,
        worker: {
          ...remote.worker,
          versions: [
            remoteVersion("v2", 2, undefined, { "workers/triggered_by": "upload" }),
            ...remote.worker.versions,
          ],
          deployments: [remoteDeployment("dash", ["v2", 100])],
        },
      },
    }),
    finding: "version",
    nearMiss: ({ remote }) => ({
      remote: {
        ...remote,
        worker: { ...remote.worker, versions: [remoteVersion("v2", 2), ...remote.worker.versions] },
      },
    }),
  },
  {
    property: "observability off",
    drift: ({ remote }) => void (remote.worker.settings.observability = { enabled: false }),
    finding: "observability enabled",
    nearMiss: ({ remote }) =>
      void (remote.worker.settings.observability = {
        enabled: true,
        head_sampling_rate: 1,
        logs: { enabled: true, invocation_logs: true },
      }),
  },
  {
    property: "Durable Object migration",
    drift: ({ remote }) => void (remote.worker.settings.migration_tag = "v0"),
    finding: "migration",
  },
  {
    property: "D1 migration behind",
    drift: () => ({ pendingMigrations: ["0009_x.sql"] }),
    finding: "d1_migration 0009_x.sql",
  },
  {
    property: "canary left",
    drift: ({ remote, records }) => ({
      records: [...records, makeRecord(build, "v2", "canary", new Date(NOW - 25 * 3_600_000).toISOString())],
      remote: {
        ...remote,
        worker: { ...remote.worker, deployments: [remoteDeployment("canary", ["v1", 90], ["v2", 10])] },
      },
    }),
    finding: "canary",
    nearMiss: ({ remote, records }) => ({
      records: [...records, makeRecord(build, "v2", "canary", new Date(NOW - 3_600_000).toISOString())],
      remote: {
        ...remote,
        worker: { ...remote.worker, deployments: [remoteDeployment("canary", ["v1", 90], ["v2", 10])] },
      },
    }),
  },
  {
    property: "gateway deleted",
    drift: ({ found }) => ({ found: { ...found, hasGateway: false } }),
    finding: "resource AI Gateway acme-production",
  },
  {
    property: "index of another shape",
    drift: ({ found }) => ({
      found: { ...found, index: { name: "acme-production", config: { dimensions: 384, metric: "cosine" } } },
    }),
    finding: "vectorize acme-production",
    nearMiss: ({ found }) => ({ found: { ...found, metadataIndexes: [...found.metadataIndexes, "more"] } }),
  },
];

describe("findDrift", () => {
  it("finds nothing right after a deploy", () => {
    assert.deepEqual(kinds(clean()), []);
  });

  for (const { property, drift, finding, nearMiss } of cases) {
    it(`finds: ${property}`, () => {
      assert.deepEqual(kinds(changed(drift)), [finding]);
    });
    if (nearMiss === undefined) continue;
    it(`is silent about what is no drift beside: ${property}`, () => {
      assert.deepEqual(kinds(changed(nearMiss)), []);
    });
  }

  it("says that a build is not deployed yet, and nothing of what it would change", () => {
    const next = makeBuild("b2", {
      environments: {
        production: { hostnames: ["chat.acme.example"], resources: build.config.environments.production.resources },
      },
    });
    assert.deepEqual(kinds(driftFacts(next, makeBuild())), ["release"]);
  });

  it("says that a Worker is not there", () => {
    assert.deepEqual(kinds(changed(({ remote }) => ({ remote: { ...remote, worker: undefined } }))), [
      "worker acme-production",
    ]);
  });
});

describe("planRepair", () => {
  const actionsOf = (facts: DriftFacts): string[] =>
    planRepair(facts, findDrift(facts)).actions.map(({ do: what }) => what);
  const removed = cases[0]?.drift ?? (() => undefined);

  it("deploys the same release again for what belongs to a version", () => {
    assert.deepEqual(actionsOf(changed(removed)), ["redeploy"]);
  });

  it("gives the traffic back first when a version of somebody else is live", () => {
    const overwritten = cases.find(({ property }) => property.includes("overwritten"))?.drift ?? (() => undefined);
    assert.deepEqual(actionsOf(changed(overwritten)), ["traffic", "redeploy"]);
  });

  it("goes back to the recorded version when the build is another release", () => {
    const facts = { ...changed(removed), build: makeBuild("b2", { secrets: ["SPEECH_KEY"] }) };
    const plan = planRepair(facts, findDrift(facts));
    assert.deepEqual(plan.actions, [{ do: "traffic", versionId: "v1" }]);
    assert.deepEqual(
      plan.left.map(({ kind }) => kind),
      ["release"],
    );
  });

  it("leaves what held data and what needs a text to a person", () => {
    const facts = changed(({ remote, found }) => {
      remote.worker.settings.bindings.pop();
      return { found: { ...found, namespace: undefined } };
    });
    const plan = planRepair(facts, findDrift(facts));
    assert.deepEqual(plan.actions, []);
    assert.equal(plan.left.length, 2);
  });

  it("ends a forgotten canary, makes a gateway, applies migrations", () => {
    const facts = changed(({ remote, found }) => ({
      found: { ...found, hasGateway: false },
      pendingMigrations: ["0009_x.sql"],
      remote: {
        ...remote,
        worker: { ...remote.worker, deployments: [remoteDeployment("by hand", ["v1", 90], ["v2", 10])] },
      },
    }));
    assert.deepEqual(actionsOf(facts), ["provision", "traffic", "migrate"]);
  });
});

function bindingOf(remote: ReturnType<typeof clean>["remote"], name: string): Record<string, unknown> {
  const binding = remote.worker.settings.bindings.find((candidate) => candidate.name === name);
  assert.ok(binding);
  return binding;
}
