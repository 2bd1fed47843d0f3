import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CommandError } from "#tools/command/command-line";
import { memoryTree } from "../../plan/tree.js";
import { carryOut, changedFiles } from "../../testing/carry-out.js";
import { SMALL_CHECKOUT } from "../../testing/small-checkout.js";
import type { Given } from "../kind.js";
import { workerKind } from "./worker.js";

const given = (name: string, ...tenant: readonly string[]): Given => ({
  arguments: { NAME: name },
  options: { tenant },
});

describe("new worker", () => {
  it("makes the package of an app, and mounts it in the tenants that are named", async () => {
    const after = await carryOut(SMALL_CHECKOUT, workerKind, given("help-desk", "acme"));
    const changed = changedFiles(SMALL_CHECKOUT, after);
    assert.deepEqual(Object.keys(changed).toSorted(), [
      "apps/help-desk/BUILD.bazel",
      "apps/help-desk/README.md",
      "apps/help-desk/app.ts",
      "apps/help-desk/help-desk.test.ts",
      "apps/help-desk/route-rows.ts",
      "apps/help-desk/routes/chat.ts",
      "apps/help-desk/routes/health.ts",
      "tenants/acme/BUILD.bazel",
    ]);
    assert.match(changed["tenants/acme/BUILD.bazel"] ?? "", /name = "acme",\n {4}worker = "\/\/apps\/help-desk",\n\)/);
    assert.match(changed["apps/help-desk/routes/chat.ts"] ?? "", /operationId: "helpDeskChat"/);
    assert.match(changed["apps/help-desk/route-rows.ts"] ?? "", /"getHelpDeskHealth"[^]*"helpDeskChat"/);
    assert.deepEqual(await carryOut(after, workerKind, given("help-desk", "acme")), after, "nothing to do again");
  });

  it("refuses a tenant whose Worker has another app", async () => {
    const after = await carryOut(SMALL_CHECKOUT, workerKind, given("desk", "acme"));
    await assert.rejects(carryOut(after, workerKind, given("shop", "acme")), /acme.* has worker = .*already/);
  });

  const refusals: readonly (readonly [what: string, request: Given, message: RegExp])[] = [
    ["a path for a name", given("../desk"), /no app's name/],
    ["capitals", given("Desk"), /no app's name/],
    ["a path of the platform", given("chat"), /has a meaning already/],
    ["a target of the macro", given("pool"), /has a meaning already/],
    ["an unknown tenant", given("desk", "hooli"), /there is no tenant "hooli": there are acme, globex/],
  ];
  for (const [what, request, message] of refusals) {
    it(`refuses ${what} in one sentence`, () => {
      assert.throws(
        () => workerKind.plan(request, memoryTree(SMALL_CHECKOUT)),
        (error) => error instanceof CommandError && error.hints.exitCode === 2 && message.test(error.message),
      );
    });
  }
});
