import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { activePromptsKey, promptDigest, promptVersionKey, shortVersion } from "#settings/prompt-version";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { memoryPlace, type MemoryPlace } from "#tools/tenant/settings/memory-place";
import {
  activatePrompt,
  listPrompts,
  pushPrompt,
  rollbackPrompt,
  showPrompt,
} from "#tools/tenant/settings/run-prompts";

const ACME = tenantIdSchema.parse("acme");
const CALL = { name: "system", baked: "Baked for {{tenant}}." } as const;

describe(":prompts", () => {
  let place: MemoryPlace;
  let minute: number;
  beforeEach(() => {
    place = memoryPlace();
    minute = 0;
  });

  const after = async (run: Promise<number>) => {
    assert.equal(await run, 0);
    return place.heard();
  };
  const push = (text: string, { at = place, shouldActivate = false, message = undefined as string | undefined } = {}) =>
    pushPrompt(at, CALL, { text, message, shouldActivate, now: new Date(Date.UTC(2026, 10, 21, 12, minute++)) });
  const versionOf = async (text: string) => shortVersion(await promptDigest(text));
  const active = async () => {
    const pointers = JSON.parse((await place.keyValues.get(activePromptsKey(ACME))) ?? "{}") as {
      system?: { active: string | null };
    };
    return pointers.system?.active === undefined ? undefined : pointers.system.active;
  };

  it("pushes a version, which changes nothing until it is activated", async () => {
    const said = await after(push("One.", { message: "shorter" }));
    const version = await versionOf("One.");
    assert.match(
      said,
      new RegExp(
        `\\+ system ${version} {2}\\(4 characters\\)\ndone. next: .* activate ${version} --env production --yes$`,
      ),
    );
    assert.equal(await place.keyValues.get(promptVersionKey(ACME, "system", await promptDigest("One."))), "One.");
    assert.equal(await active(), undefined);
    assert.match(
      await after(listPrompts(place, CALL)),
      new RegExp(`\n {5}${version} +2026-11-21 12:00 +shorter\n {2}\\* +baked `),
    );
  });

  it("pushes the same text once", async () => {
    await after(push("One.", { message: "first" }));
    assert.match(await after(push("One.", { message: "second" })), /is stored already$/);
    assert.match(await after(listPrompts(place, CALL)), /first/);
  });

  it("activates by the first digits, shows the difference, and says how to undo it", async () => {
    await after(push("One."));
    const version = await versionOf("One.");
    const said = await after(activatePrompt(place, CALL, version.slice(0, 4)));
    assert.match(
      said,
      new RegExp(`~ system {2}baked → ${version}\n[^]*-Baked for \\{\\{tenant\\}\\}\\.\n +\\+One\\.\ndone: `),
    );
    assert.match(said, /undo: .* activate baked --env production --yes$/);
    assert.equal(await active(), await promptDigest("One."));
    assert.match(await after(activatePrompt(place, CALL, version)), /is active already/);
    assert.match(await after(listPrompts(place, CALL)), new RegExp(`\n {2}\\* +${version} `));
  });

  it("pushes and activates in one go", async () => {
    assert.match(
      await after(push("One.", { shouldActivate: true })),
      /\+ system [^]*~ system {2}baked → [^]*undo: .* rollback /,
    );
    assert.equal(await active(), await promptDigest("One."));
    assert.match(await after(push("One.", { shouldActivate: true })), /stored already and active$/);
  });

  it("rolls back step by step, to the bundle's at last, and no further", async () => {
    for (const text of ["One.", "Two.", "Three."]) await after(push(text, { shouldActivate: true }));
    for (const text of ["Two.", "One."]) {
      await after(rollbackPrompt(place, CALL));
      assert.equal(await active(), await promptDigest(text));
    }
    await after(rollbackPrompt(place, CALL));
    assert.equal(await active(), null);
    await assert.rejects(rollbackPrompt(place, CALL), /no earlier version to go back to/);
  });

  it("shows the text of the active version, of another one, of the bundle's", async () => {
    await after(push("One.", { shouldActivate: true }));
    await after(push("Two."));
    assert.equal(await after(showPrompt(place, CALL)), "One.");
    assert.equal(await after(showPrompt(place, CALL, await versionOf("Two."))), "Two.");
    assert.equal(await after(showPrompt(place, CALL, "baked")), "Baked for {{tenant}}.");
    await assert.rejects(
      showPrompt(place, { name: "system", baked: undefined }, "baked"),
      /has no prompts\/system\.md/,
    );
  });

  it("tells that a pushed version is the text of the bundle", async () => {
    await after(push(CALL.baked));
    assert.match(await after(listPrompts(place, CALL)), /\(as baked\)/);
  });

  it("refuses a version that is not there, one that is called by too little, and one that two could be", async () => {
    await after(push("One."));
    for (const word of ["ffffffff", "On", "", "../", (await versionOf("One.")).slice(0, 3)])
      await assert.rejects(activatePrompt(place, CALL, word), /no version of system is called/, word);
    const digest = await promptDigest("One.");
    const twin = `${digest.slice(0, 8)}${"0".repeat(56)}`;
    await place.keyValues.put(promptVersionKey(ACME, "system", twin), "x");
    await assert.rejects(activatePrompt(place, CALL, digest.slice(0, 8)), /more than one version/);
    assert.equal(await active(), undefined);
  });

  it("activates no text that no Worker would use, and lets it be pushed again", async () => {
    const digest = await promptDigest("One.");
    await after(push("One."));
    await place.keyValues.put(promptVersionKey(ACME, "system", digest), "Changed.");
    await assert.rejects(activatePrompt(place, CALL, digest), /was changed/);
    assert.match(await after(push("One.", { shouldActivate: true })), /\+ system/);
    assert.equal(await place.keyValues.get(promptVersionKey(ACME, "system", digest)), "One.");
    const bad = await promptDigest("Hello {{user}}");
    await place.keyValues.put(promptVersionKey(ACME, "system", bad), "Hello {{user}}");
    await assert.rejects(activatePrompt(place, CALL, bad), /cannot be used/);
    assert.equal(await active(), digest);
  });

  it("can leave a version whose text is gone, and a pointer that cannot be read", async () => {
    await after(push("One."));
    await place.keyValues.put(activePromptsKey(ACME), JSON.stringify({ system: { active: "0".repeat(64) } }));
    await after(activatePrompt(place, CALL, await versionOf("One.")));
    await place.keyValues.put(activePromptsKey(ACME), "?");
    assert.match(await after(listPrompts(place, CALL)), /pointer cannot be read/);
    await assert.rejects(rollbackPrompt(place, CALL), /pointer cannot be read/);
    await after(activatePrompt(place, CALL, await versionOf("One.")));
    assert.equal(await active(), await promptDigest("One."));
  });

  it("changes nothing with --dry-run, nor in production without --yes", async () => {
    const plan = memoryPlace({ mode: "plan" }, place);
    assert.equal(await push("One.", { at: plan, shouldActivate: true }), 0);
    assert.match(plan.heard(), /\+ system[^]*~ system[^]*\+One\.$/);
    const careful = memoryPlace({ mode: "needs-yes" }, place);
    await assert.rejects(push("One.", { at: careful, shouldActivate: true }), /nothing was changed in production/);
    assert.deepEqual(await place.keyValues.list(""), []);
  });

  it("speaks JSON to machines", async () => {
    await after(push("One.", { shouldActivate: true }));
    const machine = memoryPlace({ json: true }, place);
    await listPrompts(machine, CALL);
    const digest = await promptDigest("One.");
    const list = JSON.parse(machine.heard()) as { active: string; versions: { digest: string; isActive: boolean }[] };
    assert.deepEqual([list.active, list.versions[0]?.digest, list.versions[0]?.isActive], [digest, digest, true]);
    await rollbackPrompt(machine, CALL);
    assert.deepEqual(JSON.parse(machine.heard()), {
      place: "acme, production",
      prompt: "system",
      before: digest,
      after: null,
      applied: true,
    });
  });
});
