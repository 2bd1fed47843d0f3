import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { type Belongings, type Owner, SECRET, startWorld, STRANGER, VICTIM, type World } from "#tests/security/world";
import { takeCallsMade } from "#worker/testing/calls-made";
import type { Answer, Call } from "#worker/testing/start-test-worker";

/** How other platforms of this kind have failed: each failure by its number, tried here. */
describe("failures of peers", () => {
  let world: World;
  let own: Belongings;
  let other: Owner;
  before(async () => {
    world = await startWorld();
    own = await world.provide(world.owner);
    other = world.strangers.ofOther;
  });
  after(() => world.dispose());

  const as = (who: Owner, target: string, call: Call = {}): Promise<Answer> =>
    world.worker.call(target, { ...who, ...call });
  const everybodyElse = (): readonly Owner[] => [world.strangers.ofTenant, other];
  const assertShown = ({ status, text }: Answer): void => {
    assert.ok(status < 500 && !text.includes(SECRET), text);
  };

  it("Dify CVE-2026-41947, 41948, 41949, 41950: who knows an id has no right to what it names", async () => {
    const ofPrincipals: readonly (readonly [target: string, call: Call])[] = [
      [`/chat/${own.sessionId}/history`, {}],
      [`/chat/${own.sessionId}/events`, {}],
      [`/chat/${own.sessionId}`, { method: "DELETE" }],
      [`/chat/${own.pausedSessionId}/approvals/${own.callId}`, { body: { decision: "approve" } }],
      ["/chat", { body: { sessionId: own.sessionId, message: "Hi", stream: false } }],
    ];
    for (const [target, call] of ofPrincipals) {
      const answer = await as(world.strangers.ofTenant, target, call);
      assert.equal(answer.status, 404, `${target}: ${answer.text}`);
    }
    for (const target of [
      `/documents/${own.docId}`,
      `/ingest/${own.jobId}`,
      ...ofPrincipals.slice(0, 2).map(([path]) => path),
    ])
      assert.equal((await as(other, target)).status, 404, target);
    assert.match((await as(world.owner, `/chat/${own.sessionId}/history`)).text, new RegExp(SECRET));
  });

  it("Open WebUI CVE-2026-45398: no caller chooses a namespace, to read or to write", async () => {
    const before = await world.dump(own);
    const documents = [
      { docId: own.docId, text: "Overwritten.", metadata: { tenantId: VICTIM, namespace: VICTIM, docId: own.docId } },
      { docId: `${VICTIM}:${own.docId}`, text: "Overwritten." },
      { docId: `../${VICTIM}/${own.docId}`, text: "Overwritten." },
      { docId: `${VICTIM}/${own.docId}`, text: "Overwritten." },
    ];
    for (const document of documents) assertShown(await as(other, "/ingest", { body: document }));
    for (const field of ["namespace", "collection", "index", "tenantId"]) {
      const [document] = documents;
      assert.equal((await as(other, "/ingest", { body: { ...document, [field]: VICTIM } })).status, 400, field);
      const query = { query: "merger", mode: "retrieve", [field]: VICTIM };
      assert.equal((await as(other, "/search", { body: query })).status, 400, field);
    }
    const searched = await as(other, "/search", { body: { query: "Which merger?", mode: "retrieve", topK: 100 } });
    assertShown(searched);
    assert.equal(await world.dump(own), before);
  });

  it("Open WebUI CVE-2026-45402, 44569: nothing of others is attached or edited by its id", async () => {
    for (const who of everybodyElse().slice(1)) {
      const filter = { docId: own.docId };
      assertShown(await as(who, "/search", { body: { query: "What is the merger called?", filter } }));
      const given = { query: "What is the merger called?", docIds: [own.docId] };
      assertShown(await as(who, "/tools/execute", { body: { tool: "vector_search", arguments: given } }));
      const body = { sessionId: own.sessionId, message: "What is the merger called?", rag: true, stream: false };
      assertShown(await as(who, "/chat", { body }));
      assertShown(await as(who, `/documents/${own.docId}`, { method: "DELETE" }));
    }
    assert.match((await as(world.owner, `/documents/${own.docId}`)).text, new RegExp(SECRET));
    assert.ok(!(await as(world.owner, `/chat/${own.sessionId}/history`)).text.includes("What is the merger"));
  });

  it("LiteLLM CVE-2026-42208: a header reaches no statement of SQL, in errors neither", async () => {
    const hostile = ["x' OR '1'='1", "'; DROP TABLE documents; --", `ak_${VICTIM}_' UNION SELECT * FROM sessions --`];
    const before = await world.dump(own);
    for (const value of hostile) {
      for (const name of [
        "authorization",
        "x-api-key",
        "x-tenant-id",
        "x-request-id",
        "idempotency-key",
        "last-event-id",
      ]) {
        await takeCallsMade(world.worker);
        const headers = { "x-tenant-id": VICTIM, [name]: name === "authorization" ? `Bearer ${value}` : value };
        const { status, text } = await world.worker.call("/documents", { headers });
        assert.ok(status >= 400 && status < 500, `${name}: ${text}`);
        assert.ok(!text.includes(value) && !text.includes(SECRET), text);
        assert.deepEqual(
          (await takeCallsMade(world.worker)).filter((made) => made.startsWith("DB.")),
          [],
          name,
        );
      }
    }
    assert.equal(await world.dump(own), before);
  });

  it("LiteLLM CVE-2026-35030: what an isolate remembers of a key it remembers of the whole key", async () => {
    const { key } = world.owner;
    assert.equal((await as(world.owner, "/usage")).status, 200);
    // The last character but one: the last one holds four bits only.
    const cut = key.length - 2;
    const near = [
      key.slice(0, -1),
      key.slice(0, 30),
      `${key}A`,
      `${key.slice(0, cut)}${key[cut] === "A" ? "B" : "A"}${key.slice(-1)}`,
    ];
    for (const wrong of near) assert.equal((await as({ tenant: VICTIM, key: wrong }, "/usage")).status, 401, wrong);
    assert.equal((await as(world.owner, "/usage")).status, 200, "nor do wrong ones push it out");
  });

  it("Flowise GHSA-c2c9-mfw7-p8hw: what has no owner is nobody's", async () => {
    const DB = world.worker.runtime.d1("DB");
    const insert =
      "INSERT INTO sessions (tenant_id, session_id, principal_id, message_count, created_at, updated_at) VALUES (?1, ?2, ?3, 1, 1, 1)";
    for (const owner of ["", "null", "undefined"])
      await DB.prepare(insert).bind(VICTIM, `${SECRET}-${owner}`, owner).run();
    await assert.rejects(DB.prepare(insert).bind(VICTIM, "nobody", null).run(), /NOT NULL/);
    for (const acl of ["null", "", "{}", '""', '"team"']) {
      await DB.prepare("UPDATE documents SET acl = ?1 WHERE tenant_id = ?2 AND doc_id = ?3")
        .bind(acl, VICTIM, own.docId)
        .run();
      for (const who of [world.strangers.ofTenant, other]) {
        const answer = await as(who, `/documents/${own.docId}`);
        assert.ok(!answer.text.includes(SECRET), `acl ${acl}: ${answer.text}`);
      }
    }
    await DB.prepare("UPDATE documents SET acl = '[]' WHERE tenant_id = ?1").bind(VICTIM).run();
    for (const who of everybodyElse()) {
      assertShown(await as(who, "/sessions"));
      for (const forged of [{ principalId: null }, { owner: null }, { userId: "" }])
        assert.equal((await as(who, "/chat", { body: { message: "Hi", stream: false, ...forged } })).status, 400);
    }
  });

  it("Agents CVE-2026-1664: no object is named by a request that nobody has vouched for", async () => {
    const before = await world.dump(own);
    const body = { sessionId: own.sessionId, message: "Hi", stream: false };
    const targets: readonly (readonly [target: string, call: Call])[] = [
      ["/chat", { body, headers: { "idempotency-key": own.idempotencyKey } }],
      [`/chat/${own.sessionId}/history`, {}],
      [`/chat/${own.sessionId}/events`, {}],
      [`/chat/${own.sessionId}`, { method: "DELETE" }],
      [`/agents/chat-session/${own.sessionId}`, {}],
      [`/parties/main/${own.sessionId}`, {}],
    ];
    await takeCallsMade(world.worker);
    for (const [target, call] of targets) {
      for (const key of [undefined, `ak_${VICTIM}_${"x".repeat(43)}`, other.key]) {
        const { status } = await world.worker.call(target, {
          tenant: VICTIM,
          ...(key === undefined ? {} : { key }),
          ...call,
        });
        assert.ok(status === 401 || status === 404, `${target}: ${status}`);
      }
    }
    const objects = (await takeCallsMade(world.worker)).filter((made) => /^(CHAT_SESSIONS|IDEMPOTENCY)\./.test(made));
    assert.deepEqual(objects, []);
    for (const sessionId of [`${VICTIM}:session:x`, "a/../b", "%3A", "a b", ""])
      assert.equal((await as(world.owner, "/chat", { body: { ...body, sessionId } })).status, 400, sessionId);
    assert.equal(await world.dump(own), before);
  });

  it("Hono CVE-2026-24472, 44457: no cache keeps an answer that somebody's key has opened", async () => {
    const targets = [
      "/documents",
      `/documents/${own.docId}`,
      `/chat/${own.sessionId}/history`,
      "/chat",
      "/usage",
      "/tools",
      "/v1/models",
    ];
    for (const target of targets) {
      const opened = await as(world.owner, target);
      assert.deepEqual([opened.status, opened.headers.get("cache-control")], [200, "no-store"], target);
      const refused = await world.worker.call(target, { tenant: VICTIM });
      assert.deepEqual([refused.status, refused.headers.get("cache-control")], [401, "no-store"], target);
    }
  });

  it("the cache of searches: its keys hold the tenant and the reader's labels", async () => {
    const document = { docId: "shared.md", text: "The canteen opens at nine." };
    const body = { query: "When does the canteen open?" };
    const search = async (who: Owner): Promise<{ reason: string; text: string }> => {
      const { json, text } = await as(who, "/search", { body });
      return { reason: (json.data as unknown as { why: { cache: { reason: string } } }).why.cache.reason, text };
    };
    const owners = [world.owner, other];
    for (const who of owners) await as(who, "/ingest", { body: { ...document, title: `Of ${who.tenant}` } });
    for (const who of owners) assert.equal((await search(who)).reason, "miss", who.tenant);
    for (const who of owners) {
      const { reason, text } = await search(who);
      assert.equal(reason, "stored");
      assert.ok(text.includes(`Of ${who.tenant}`) && !text.includes(`Of ${who.tenant === VICTIM ? STRANGER : VICTIM}`));
    }
    const atOnce = await Promise.all(
      owners.map((who) => as(who, "/search", { body: { query: "The canteen: when?" } })),
    );
    for (const [at, { text }] of atOnce.entries()) assert.ok(!text.includes(`Of ${owners[1 - at]?.tenant}`), text);
    const labelled = { ...world.owner, key: await world.worker.makeKey(VICTIM, ["search"], { acl: ["team:legal"] }) };
    assert.equal((await search(labelled)).reason, "miss");
  });
});
