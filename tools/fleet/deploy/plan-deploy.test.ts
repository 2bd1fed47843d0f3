import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { deployFacts, makeBuild, makeRecord, remoteDeployment, remoteVersion } from "../testing/plan-fixtures.js";
import { type DeployFacts, type DeployRequest, planDeploy, readTraffic } from "./plan-deploy.js";

const request: DeployRequest = { canaryPercent: undefined, acceptsDrift: false, secrets: undefined };
const build = makeBuild();
const next = makeBuild("b2");
const texts = (facts: DeployFacts, given = request): string[] =>
  planDeploy(facts, given).lines.map(({ sign, text }) => `${sign} ${text}`);
const whys = (facts: DeployFacts, given = request): string =>
  planDeploy(facts, given)
    .refusals.map(({ why }) => why)
    .join("\n");

describe("planDeploy", () => {
  it("does nothing right after a deploy", () => {
    const plan = planDeploy(deployFacts(build), request);
    assert.deepEqual([plan.lines, plan.steps, plan.refusals], [[], [], []]);
  });

  it("makes a new Worker with everything that it has", () => {
    const facts = {
      ...deployFacts(build),
      remote: { worker: undefined, domains: [] },
      records: [],
      pendingMigrations: ["0001.sql"],
    };
    const plan = planDeploy(facts, request);
    assert.deepEqual(plan.steps, ["migrate-database", "deploy-at-once", "smoke", "record"]);
    assert.ok(texts(facts).includes("+ D1 migration 0001.sql"));
    assert.ok(texts(facts).includes("+ domain ai.acme.example"));
    assert.match(whys(facts, { ...request, canaryPercent: 10 }), /first deploy/);
  });

  it("checks a new version before it gets traffic", () => {
    const plan = planDeploy(deployFacts(next, build), request);
    assert.deepEqual(plan.steps, ["upload", "stage", "smoke", "promote", "verify", "record"]);
    assert.deepEqual(texts(deployFacts(next, build)), [`~ release ${build.release} → ${next.release}`]);
    assert.equal(plan.activeVersionId, "v1");
  });

  it("shows what changes besides the code, and sets triggers and settings only when they do", () => {
    const changed = makeBuild("b2", {
      environments: {
        production: {
          hostnames: ["chat.acme.example"],
          resources: makeBuild().config.environments.production.resources,
        },
      },
    });
    const plan = planDeploy(deployFacts(changed, build), request);
    assert.deepEqual(plan.steps, ["upload", "stage", "smoke", "promote", "triggers", "verify", "record"]);
    assert.deepEqual(texts(deployFacts(changed, build)).slice(1), [
      "+ domain chat.acme.example",
      "- domain ai.acme.example",
    ]);
  });

  it("gives a canary its share instead of everything", () => {
    const plan = planDeploy(deployFacts(next, build), { ...request, canaryPercent: 10 });
    assert.deepEqual(plan.steps, ["upload", "stage", "smoke", "split", "record"]);
  });

  it("goes on with what an interrupted run uploaded", () => {
    const facts = deployFacts(next, build);
    const versions = [remoteVersion("v2", 2, next.release), ...facts.remote.worker.versions];
    const deployments = [remoteDeployment(`staging ${next.release}`, ["v1", 100], ["v2", 0])];
    const plan = planDeploy(
      { ...facts, remote: { ...facts.remote, worker: { ...facts.remote.worker, versions, deployments } } },
      request,
    );
    assert.deepEqual(plan.steps, ["stage", "smoke", "promote", "verify", "record"]);
    assert.equal(plan.uploadedVersionId, "v2");
    assert.deepEqual(plan.refusals, []);
  });

  it("uploads again when another version came after the one that was uploaded: it may lack a secret", () => {
    const facts = deployFacts(next, build);
    const versions = [remoteVersion("v3", 3), remoteVersion("v2", 2, next.release), ...facts.remote.worker.versions];
    const plan = planDeploy(
      { ...facts, remote: { ...facts.remote, worker: { ...facts.remote.worker, versions } } },
      request,
    );
    assert.ok(plan.steps.includes("upload"));
  });

  it("checks and records what an interrupted run made live", () => {
    const facts = { ...deployFacts(build), records: [makeRecord(build, "v1", "staged")] };
    assert.deepEqual(planDeploy(facts, request).steps, ["smoke", "record"]);
  });

  it("uploads and activates at once when Durable Objects migrate, never as a canary", () => {
    const facts = deployFacts(next, build);
    const settings = { ...facts.remote.worker.settings, migration_tag: "v0" };
    const rendered = { ...next.rendered, migrations: [{ tag: "v0" }, ...next.rendered.migrations] };
    const behind = {
      ...facts,
      build: { ...next, rendered },
      remote: { ...facts.remote, worker: { ...facts.remote.worker, settings } },
    };
    assert.ok(planDeploy(behind, request).steps.includes("deploy-at-once"));
    assert.match(whys(behind, { ...request, canaryPercent: 5 }), /takes all traffic at once/);
  });
});

describe("planDeploy refuses", () => {
  const withWorker = (
    facts: ReturnType<typeof deployFacts>,
    change: Partial<(typeof facts)["remote"]["worker"]>,
  ): DeployFacts => ({
    ...facts,
    remote: { ...facts.remote, worker: { ...facts.remote.worker, ...change } },
  });

  it("a canary in the way", () => {
    const versions = [remoteVersion("v2", 2, next.release), remoteVersion("v1", 1, build.release)];
    const deployments = [remoteDeployment("canary", ["v1", 90], ["v2", 10])];
    assert.match(whys(withWorker(deployFacts(next, build), { versions, deployments })), /canary is in progress/);
  });

  it("resources that are not there", () => {
    assert.match(
      whys({ ...deployFacts(next, build), missingResources: ["AI Gateway acme"] }),
      /not there yet: AI Gateway acme/,
    );
  });

  it("a hostname of another Worker", () => {
    const facts = deployFacts(next, build);
    const domains = [{ id: "d", hostname: "ai.acme.example", service: "globex-production" }];
    assert.match(whys({ ...facts, remote: { ...facts.remote, domains } }), /leads to the Worker globex-production/);
  });

  it("a build that does not know the live migration", () => {
    const facts = deployFacts(next, build);
    const settings = { ...facts.remote.worker.settings, migration_tag: "v9" };
    assert.match(whys(withWorker(facts, { settings })), /migration v9, which this build does not know/);
  });

  it("secrets that are not set, unless they come along", () => {
    const secret = makeBuild("b2", { secrets: ["SPEECH_KEY"] });
    assert.match(whys(deployFacts(secret, build)), /SPEECH_KEY/);
    assert.equal(whys(deployFacts(secret, build), { ...request, secrets: { SPEECH_KEY: "x" } }), "");
  });

  it("to overwrite what was changed outside, unless that is accepted", () => {
    const facts = deployFacts(next, build);
    const settings = { ...facts.remote.worker.settings, bindings: facts.remote.worker.settings.bindings.slice(1) };
    const drifted = withWorker(facts, { settings });
    assert.match(whys(drifted), /changed outside since the last deploy: binding AI/);
    assert.equal(whys(drifted, { ...request, acceptsDrift: true }), "");
    const foreign = withWorker(facts, { versions: [remoteVersion("v1", 1)] });
    assert.match(whys({ ...foreign, records: [] }), /was not deployed from here/);
  });

  it("nothing because a release of ours was interrupted before it was recorded", () => {
    assert.equal(whys({ ...deployFacts(next, build), records: [] }), "");
  });
});

describe("readTraffic", () => {
  it("tells a canary from a version that is being checked", () => {
    const traffic = (message: string, percentage: number) =>
      readTraffic({ deployments: [remoteDeployment(message, ["v2", percentage], ["v1", 100 - percentage])] });
    assert.equal(traffic("staging r-1", 0).isCanary, false);
    assert.equal(traffic("staging r-1", 10).isCanary, true);
    assert.equal(traffic("by hand", 0).isCanary, true);
    assert.equal(traffic("staging r-1", 0).activeId, "v1");
  });
});
