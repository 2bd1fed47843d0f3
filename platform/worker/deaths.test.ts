import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";

import { sha256Hex } from "#base/digest";
import { recordName } from "#idempotency/record-name";
import { quotaObjectName } from "#limits/quota-object-name";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { ANSWER, ANSWER_TOKENS, answerChunks, EventReader, kill, killSession } from "#worker/testing/deaths";
import { eventually } from "#worker/testing/eventually";
import { type Answer, type Call, startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

const umbrella = tenantIdSchema.parse("umbrella");

/** Whatever dies beside a session: the ledger, the record of a key, the process with jobs under way. */
describe("in the middle of it", () => {
  let worker: TestWorker;
  let key: string;
  before(async () => {
    worker = await startTestWorker();
    key = await worker.makeKey("umbrella", ["chat"]);
  });
  after(() => worker.dispose());
  beforeEach(() => worker.runtime.control.reset());

  const as = (extra: Call = {}): Call => ({ tenant: "umbrella", key, ...extra });
  const modelCalls = async (): Promise<number> => (await worker.runtime.control.modelCalls()).length;
  const sayWords = (delayMs = 40) => worker.runtime.control.plan({ kind: "chunks", chunks: answerChunks(), delayMs });
  const whole = (body: object, idempotencyKey: string, extra: Call = {}): Promise<Answer> =>
    worker.call("/chat", as({ body, headers: { "idempotency-key": idempotencyKey }, ...extra }));
  async function killRecord(idempotencyKey: string): Promise<void> {
    const principalId = `key_${(await sha256Hex(`id:${key}`)).slice(0, 16)}`;
    const keyDigest = await sha256Hex(idempotencyKey);
    await kill(worker, "IDEMPOTENCY", recordName(umbrella, { principalId, route: "/chat", keyDigest }));
  }
  async function spent(): Promise<{ used: number; reserved: number }> {
    const { json, text } = await worker.call("/usage", as());
    const { budgets } = json.data as unknown as { budgets: { used: number; reserved: number }[] };
    return budgets[0] ?? assert.fail(text);
  }

  it("the ledger, between a reservation and its settlement: the turn goes on, and is booked exactly once", async () => {
    const { used } = await spent();
    await sayWords();
    const reader = new EventReader(await worker.send("/chat", as({ body: { message: "Count." } })));
    await reader.take(2);
    assert.ok((await spent()).reserved > 0);
    await kill(worker, "QUOTAS", quotaObjectName(umbrella));
    assert.ok((await spent()).reserved > 0, "a reservation outlives its object");
    assert.equal((await reader.rest()).at(-1)?.event, "done");
    const after = await eventually(spent, ({ reserved }) => reserved === 0);
    assert.deepEqual([after.used - used, await modelCalls()], [ANSWER_TOKENS, 1]);
  });

  describe("a request with an Idempotency-Key", () => {
    const bodyOf = (sessionId: string, stream: boolean) => ({ sessionId, message: "Count.", stream });

    for (const stream of [false, true])
      it(`whose session dies, ${stream ? "streamed" : "whole"}: the key is free at once, and what is kept is never half an answer`, async () => {
        const name = `session-dies-${stream}`;
        await sayWords();
        const answer = worker.send("/chat", as({ body: bodyOf(name, stream), headers: { "idempotency-key": name } }));
        if (stream) {
          const reader = new EventReader(await answer);
          await reader.take(2);
          await killSession(worker, "umbrella", name);
          await reader.rest();
        } else {
          await eventually(modelCalls, (count) => count === 1);
          await killSession(worker, "umbrella", name);
          assert.equal((await answer).status, 500);
        }
        await sayWords(0);
        const again = await eventually(
          () => whole(bodyOf(name, stream), name),
          ({ status }) => status !== 409,
        );
        assert.deepEqual([again.status, again.headers.get("idempotency-replayed")], [200, null], again.text);
        const third = await whole(bodyOf(name, stream), name);
        assert.deepEqual([third.text, third.headers.get("idempotency-replayed")], [again.text, "true"]);
        assert.equal(await modelCalls(), 2);
      });

    it("whose record dies while it runs: its answer is kept all the same, and it is paid once", async () => {
      await sayWords();
      const answer = whole(bodyOf("record-dies", false), "record-dies");
      await eventually(modelCalls, (count) => count === 1);
      await killRecord("record-dies");
      const early = await whole(bodyOf("record-dies", false), "record-dies");
      assert.deepEqual([early.status, early.headers.get("retry-after")], [409, "1"]);
      const first = await answer;
      assert.match(first.text, new RegExp(ANSWER.trim()));
      await killRecord("record-dies");
      const again = await whole(bodyOf("record-dies", false), "record-dies");
      assert.deepEqual([again.text, again.headers.get("idempotency-replayed")], [first.text, "true"]);
      assert.equal(await modelCalls(), 1);
    });

    it("whose client is gone before the answer, and whose record dies then: the repetition gets that answer", async () => {
      await sayWords();
      const client = new AbortController();
      const answer = whole(bodyOf("client-gone", false), "client-gone", { signal: client.signal });
      await eventually(modelCalls, (count) => count === 1);
      client.abort();
      await assert.rejects(answer);
      await killRecord("client-gone");
      const again = await eventually(
        () => whole(bodyOf("client-gone", false), "client-gone"),
        ({ status }) => status !== 409,
      );
      assert.deepEqual([again.status, again.headers.get("idempotency-replayed")], [200, "true"], again.text);
      assert.match(again.text, new RegExp(ANSWER.trim()));
      assert.equal(await modelCalls(), 1);
    });
  });

  it("the process, with a job of ingest: its reader hands it over again, and each document is there once and whole", async () => {
    const acme = (extra: Call = {}): Call => ({ tenant: "acme", key: worker.keys.acme, ...extra });
    const words = ["heron", "egret", "stork", "ibis"];
    const documents = words.map((word) => ({ docId: `${word}.md`, text: `All about the ${word}.\n\n`.repeat(4_000) }));
    await worker.runtime.control.plan({ kind: "delay", delayMs: 100 }, { times: 1_000 });
    const { json, text } = await worker.call("/ingest", acme({ body: { documents } }));
    const { jobId } = json.data as unknown as { jobId: string };
    assert.ok(jobId, text);
    await eventually(modelCalls, (count) => count >= 2);
    await worker.restart();
    // As it is ten silent minutes later.
    const DB = worker.runtime.d1("DB");
    await DB.prepare("UPDATE ingest_jobs SET updated_at = updated_at - 660000 WHERE job_id = ?1").bind(jobId).run();
    const job = await eventually(
      () => worker.call(`/ingest/${jobId}`, acme()),
      ({ text: told }) => /"status":"(?:succeeded|failed|partial)"/.test(told),
    );
    assert.match(job.text, /"status":"succeeded","total":4,"done":4,"failed":\[\]/);
    for (const word of words) {
      const { text: found } = await worker.call("/search", acme({ body: { query: word, mode: "retrieve" } }));
      assert.match(found, new RegExp(`"docId":"${word}.md"`));
    }
    const chunks = await DB.prepare(
      "SELECT count(*) AS n, count(DISTINCT doc_id || ':' || chunk_index) AS places FROM chunks WHERE tenant_id = 'acme'",
    ).first<{ n: number; places: number }>();
    assert.equal(chunks?.n, chunks?.places);
  });

  /** Workflows of Cloudflare go on where they were; those of this machine do not outlive their process. */
  it("the process, with a job of speech: no half of the audio is given out, and nothing is paid again", async () => {
    const acme = { tenant: "acme", key: worker.keys.acme };
    const text = Array.from({ length: 60 }, (_, day) => `On day ${day} the boats come home over the sea.`).join(" ");
    await worker.runtime.control.plan({ kind: "delay", delayMs: 100 }, { times: 1_000 });
    const { json, text: told } = await worker.call("/tts", { ...acme, body: { text, streaming: false } });
    const { jobId } = json.data as unknown as { jobId: string };
    assert.ok(jobId, told);
    await eventually(async () => {
      const KV = worker.runtime.kv("KV");
      return (await KV.list({ prefix: `acme:speech:${jobId}:` })).keys.length > 0;
    });
    await worker.restart();
    const callsAfter = await modelCalls();
    const job = await worker.call(`/tts/${jobId}`, acme);
    assert.match(job.text, /"status":"(?:queued|running)"/);
    const audio = await worker.call(`/tts/${jobId}/audio`, acme);
    assert.deepEqual([audio.status, audio.json.error?.code], [409, "conflict"]);
    assert.equal(await modelCalls(), callsAfter, "asking for it says nothing again");
  });

  it("the process, with a tool that has not ended: no half record, and the chain goes on whole", async () => {
    const admin = { tenant: "acme", key: await worker.makeKey("acme", ["tools", "chat", "admin"]) };
    const audit = async (): Promise<Audit> => (await worker.call("/audit", admin)).json.data as unknown as Audit;
    const summarize = (): Promise<Answer> =>
      worker.call("/tools/execute", {
        ...admin,
        body: { tool: "summarize", arguments: { text: "The heron waits. ".repeat(40) } },
      });
    assert.equal((await summarize()).status, 200);
    const before = await audit();
    await worker.runtime.control.plan({ kind: "hang" });
    const killed = summarize().then(
      ({ status }) => status,
      () => 0,
    );
    await eventually(modelCalls, (count) => count >= 2);
    await worker.restart();
    assert.notEqual(await killed, 200, "what is not recorded is told to nobody");
    assert.deepEqual((await audit()).head, before.head);
    assert.equal((await summarize()).status, 200);
    const { records } = await audit();
    assert.deepEqual(
      records.slice(0, 2).map(({ seq, outcome }) => [seq - before.head.seq, outcome]),
      [
        [1, "ok"],
        [0, "ok"],
      ],
    );
    assert.equal(records[0]?.prevHash, before.head.hash);
  });
});

interface Audit {
  readonly head: { readonly seq: number; readonly hash: string };
  readonly records: readonly { readonly seq: number; readonly outcome: string; readonly prevHash?: string }[];
}
