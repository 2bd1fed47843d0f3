import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { apiKeyStorageKey } from "#auth/api-key";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { type KeyOptions, runKeys } from "#tools/tenant/keys/run-keys";
import { memoryPlace, type MemoryPlace } from "#tools/tenant/settings/memory-place";

const NOW = new Date("2026-11-21T12:00:00Z");
const acme = tenantIdSchema.parse("acme");

describe(":keys", () => {
  let place: MemoryPlace;
  beforeEach(() => {
    place = memoryPlace();
  });
  const run = async (args: readonly string[], options: KeyOptions = {}, where = place, now = NOW) => {
    assert.equal(await runKeys(where, args, options, now), 0);
    return where.heard();
  };
  const create = async (options: KeyOptions = { scopes: "chat,search", label: "website" }) => {
    const said = await run(["create"], options);
    const [id = ""] = /key_[0-9a-f]{16}/.exec(said) ?? [];
    const [key = ""] = /ak_acme_\S+/.exec(said) ?? [];
    return { said, id, key };
  };
  const recordOf = async (key: string) =>
    JSON.parse((await place.keyValues.get(await apiKeyStorageKey(acme, key))) ?? "null") as Record<
      string,
      unknown
    > | null;

  it("makes a key that is shown once and whose text is stored nowhere", async () => {
    const { said, id, key } = await create();
    assert.match(said, /undo: .*:keys -- revoke key_/);
    assert.deepEqual(await recordOf(key), {
      id,
      label: "website",
      scopes: ["chat", "search"],
      acl: [],
      createdAt: NOW.toISOString(),
    });
    const [stored] = await place.keyValues.list("");
    const text = `${stored?.key} ${await place.keyValues.get(stored?.key ?? "")} ${await run(["list"])}`;
    assert.ok(!text.includes(key) && !text.includes(key.slice("ak_acme_".length)));
    assert.match(text, new RegExp(`${id} +2026-11-21 +never +chat,search +website`));
  });

  it("takes labels of documents and an end, and marks what has ended", async () => {
    const { id, key } = await create({ scopes: "search", acl: "team:legal, team:hr", expires: "12h" });
    assert.deepEqual((await recordOf(key))?.["acl"], ["team:legal", "team:hr"]);
    assert.equal((await recordOf(key))?.["expiresAt"], "2026-11-22T00:00:00.000Z");
    assert.match(await run([], {}, place, new Date("2026-11-22T00:00:00Z")), new RegExp(`${id} .*EXPIRED`));
  });

  it("revokes one and leaves the others", async () => {
    const [first, second] = [await create(), await create()];
    assert.match(await run(["revoke", first.id]), /refused everywhere within 60 seconds/);
    assert.equal(await recordOf(first.key), null);
    assert.notEqual(await recordOf(second.key), null);
  });

  it("rotates one: the same rights, and the old one ends after the overlap, but never later than it would have", async () => {
    const old = await create({ scopes: "chat", acl: "a", label: "bot", expires: "90d" });
    const said = await run(["rotate", old.id], { overlap: "2h" });
    const [key = ""] = /ak_acme_\S+/.exec(said) ?? [];
    const { id: _, ...made } = (await recordOf(key)) ?? {};
    assert.deepEqual(made, { label: "bot", scopes: ["chat"], acl: ["a"], createdAt: NOW.toISOString() });
    assert.equal((await recordOf(old.key))?.["expiresAt"], "2026-11-21T14:00:00.000Z");
    await run(["rotate", old.id], { overlap: "9d" });
    assert.equal((await recordOf(old.key))?.["expiresAt"], "2026-11-21T14:00:00.000Z");
  });

  it("changes nothing and shows no key in a dry run, and none in production without --yes", async () => {
    const plan = memoryPlace({ mode: "plan", json: true }, place);
    assert.ok(!(await run(["create"], { scopes: "chat" }, plan)).includes("ak_acme_"));
    const production = memoryPlace({ mode: "needs-yes" }, place);
    await assert.rejects(runKeys(production, ["create"], { scopes: "chat" }, NOW), /nothing was changed/);
    assert.ok(!production.heard().includes("ak_acme_"));
    assert.deepEqual(await place.keyValues.list(""), []);
  });

  it("leaves out what is no record of a key, and what is another tenant's", async () => {
    await place.keyValues.put("acme:api-key:broken", "{");
    await place.keyValues.put("globex:api-key:other", "{}");
    assert.match(await run(["list"]), /no keys yet/);
  });

  const refused: [string[], KeyOptions, RegExp][] = [
    [["create"], {}, /--scopes is missing/],
    [["create"], { scopes: "chat,fly" }, /no scope "fly"/],
    [["create"], { scopes: " , " }, /names no scope/],
    [["create"], { scopes: "chat", acl: "no spaces!" }, /no label of documents/],
    [["create"], { scopes: "chat", expires: "soon" }, /--expires is "soon"/],
    [["create", "extra"], { scopes: "chat" }, /takes no argument/],
    [["revoke"], {}, /takes the id of one key/],
    [["revoke", "key_0000000000000000"], {}, /there is no key/],
    [["burn"], {}, /no command "burn"/],
  ];
  for (const [args, options, message] of refused) {
    it(`refuses ${args.join(" ")} ${JSON.stringify(options)}`, async () => {
      await assert.rejects(runKeys(place, args, options, NOW), message);
      assert.deepEqual(await place.keyValues.list(""), []);
    });
  }
});
