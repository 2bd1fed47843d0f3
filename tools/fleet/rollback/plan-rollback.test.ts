import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { makeBuild, makeRecord, remoteDeployment, remoteVersion } from "../testing/plan-fixtures.js";
import { planRollback } from "./plan-rollback.js";

const [one, two, three] = [makeBuild("b1"), makeBuild("b2"), makeBuild("b3")];
const remote = {
  versions: [3, 2, 1].map((number) => remoteVersion(`v${number}`, number)),
  deployments: [remoteDeployment("", ["v3", 100])],
};
const records = [
  makeRecord(three, "v3", "live", "2026-11-03T00:00:00.000Z"),
  makeRecord(two, "v2", "failed", "2026-11-02T00:00:00.000Z"),
  makeRecord(one, "v1", "live", "2026-11-01T00:00:00.000Z"),
];

describe("planRollback", () => {
  it("goes back to the last good release, not to one that failed", () => {
    assert.equal(planRollback(remote, records, undefined).to.versionId, "v1");
  });

  it("goes to the release or version that is named", () => {
    assert.equal(planRollback(remote, records, one.release).to.versionId, "v1");
    assert.equal(planRollback(remote, records, "v2").to.versionId, "v2");
    assert.throws(() => planRollback(remote, records, "v3"), /cannot come back/);
    assert.throws(() => planRollback(remote, records, "r-none"), /cannot come back/);
  });

  it("says when there is nothing left to go back to", () => {
    const forgotten = { ...remote, versions: remote.versions.slice(0, 1) };
    assert.throws(() => planRollback(forgotten, records, undefined), /nothing to go back to/);
  });

  it("goes one step further back each time", () => {
    const again = [
      { ...makeRecord(one, "v1"), deployedAt: "2026-11-04T00:00:00.000Z" },
      makeRecord(three, "v3", "withdrawn", "2026-11-03T00:00:00.000Z"),
      makeRecord(two, "v2", "live", "2026-11-02T00:00:00.000Z"),
    ];
    const now = { ...remote, deployments: [remoteDeployment("", ["v1", 100])] };
    assert.equal(planRollback(now, again, undefined).to.versionId, "v2");
  });

  it("refuses while a canary is in progress, and says what stays", () => {
    const canary = { ...remote, deployments: [remoteDeployment("canary", ["v3", 90], ["v1", 10])] };
    assert.throws(() => planRollback(canary, records, undefined), /canary is in progress/);
    assert.match(
      planRollback(remote, records, undefined)
        .lines.map(({ text }) => text)
        .join("\n"),
      /stays as it is: data/,
    );
  });
});
