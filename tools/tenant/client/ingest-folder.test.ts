import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, describe, it } from "node:test";

import * as z from "#base/zod";

import { ingestFolder, type IngestFolder, type IngestReport } from "#tools/tenant/client/ingest-folder";

const bodySchema = z.object({ documents: z.array(z.object({ docId: z.string(), text: z.string() })) });
type Documents = z.infer<typeof bodySchema>["documents"];
interface Reply {
  readonly status: number;
  readonly body: object;
}

/** Stands in for a tenant's Worker that misbehaves: what it answers to an upload is up to the test. */
class FakeTenant {
  readonly calls: string[] = [];
  uploads: string[][] = [];
  listing: Reply = listed([]);
  reply: (documents: Documents) => Reply = stored;
  job: () => Reply = () => refused(404, "not_found", "no");
  readonly #server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      this.calls.push(`${request.method} ${request.url}`);
      const { status, body: answer } = this.#answer(request.url ?? "", body);
      response.writeHead(status, { "content-type": "application/json", "retry-after": "0" });
      response.end(JSON.stringify(answer));
    });
  });

  #answer(url: string, body: string): Reply {
    if (url.startsWith("/ingest/")) return this.job();
    if (body === "") return this.listing;
    const { documents } = bodySchema.parse(JSON.parse(body));
    this.uploads.push(documents.map(({ docId }) => docId));
    return this.reply(documents);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function listed(documents: readonly object[]): Reply {
  return { status: 200, body: { ok: true, data: { documents } } };
}

function stored(documents: Documents): Reply {
  return {
    status: 200,
    body: { ok: true, data: { documents: documents.map(({ docId }) => ({ docId, unchanged: docId === "same.md" })) } },
  };
}

function refused(status: number, code: string, message: string): Reply {
  return { status, body: { ok: false, error: { code, message }, traceId: "t" } };
}

describe("ingestFolder", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "ingest-folder-"));
  let tenant: FakeTenant;
  let url = "";
  const ingest = (options: Partial<IngestFolder> = {}): Promise<IngestReport> =>
    ingestFolder({ url, apiKey: "k" }, { folder, name: "docs", ...options }, () => undefined);
  before(() => {
    mkdirSync(path.join(folder, "guides"));
    for (const file of ["a.md", "same.md", "guides/b.txt", "e.MD"])
      writeFileSync(path.join(folder, file), `# ${file}\n`);
    writeFileSync(path.join(folder, "empty.md"), "");
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(async (context) => {
    tenant = new FakeTenant();
    url = await tenant.listen();
    if ("after" in context) context.after(() => tenant.close());
  });

  it("uploads all in one call and counts what changed", async () => {
    const report = await ingest();
    assert.deepEqual(tenant.uploads, [["a.md", "e.MD", "guides/b.txt", "same.md"]]);
    assert.deepEqual(report, {
      stored: 3,
      unchanged: 1,
      failed: [],
      skipped: [{ file: "empty.md", reason: "empty" }],
      missing: [],
      deleted: 0,
    });
  });

  it("finds the one document that is refused and uploads the others", async () => {
    tenant.reply = (documents) =>
      documents.some(({ docId }) => docId === "e.MD") ? refused(400, "invalid_request", "no") : stored(documents);
    const report = await ingest();
    assert.equal(report.stored + report.unchanged, 3);
    assert.deepEqual(report.failed, [{ file: "e.MD", reason: "no" }]);
  });

  it("waits and tries again when it is told to slow down", async () => {
    tenant.reply = (documents) =>
      tenant.uploads.length < 3 ? refused(429, "rate_limited", "slow") : stored(documents);
    assert.equal((await ingest()).stopped, undefined);
    assert.equal(tenant.uploads.length, 3);
  });

  for (const [status, code] of [
    [401, "unauthenticated"],
    [429, "budget_exceeded"],
  ] as const) {
    it(`stops at ${code} and does not try again`, async () => {
      tenant.reply = () => refused(status, code, "no more");
      const report = await ingest();
      assert.match(report.stopped ?? "", new RegExp(`no more: ${code}`));
      assert.deepEqual([tenant.uploads.length, report.failed], [1, []]);
    });
  }

  it("follows a job to its end and names the file of a document that it could not store", async () => {
    const states = ["queued", "running", "partial"];
    tenant.reply = () => ({ status: 202, body: { ok: true, data: { jobId: "j1", status: "queued" } } });
    tenant.job = () => ({
      status: 200,
      body: {
        ok: true,
        data: { status: states.shift(), done: 3, failed: [{ docId: "guides/b.txt", message: "too odd" }] },
      },
    });
    const report = await ingest();
    assert.equal(report.stored, 3);
    assert.deepEqual(report.failed, [{ file: "guides/b.txt", reason: "too odd" }]);
  });

  it("sends everything with a key that may not search, and deletes nothing with it", async () => {
    tenant.listing = refused(403, "forbidden", "This key lacks the scope");
    assert.equal((await ingest()).stored, 3);
    await assert.rejects(ingest({ deleteMissing: true }), /needs to know what the tenant has/);
  });

  it("does not empty a tenant because a folder is empty", async (context) => {
    const empty = mkdtempSync(path.join(os.tmpdir(), "ingest-folder-"));
    context.after(() => rmSync(empty, { recursive: true }));
    tenant.listing = listed([{ docId: "a.md", contentHash: "", metadata: { folder: "docs" } }]);
    await assert.rejects(ingest({ folder: empty, deleteMissing: true }), /would delete all 1/);
    assert.ok(!tenant.calls.some((call) => call.startsWith("DELETE")));
  });

  it("sends and deletes nothing in a dry run", async () => {
    tenant.listing = listed([{ docId: "gone.md", contentHash: "", metadata: { folder: "docs" } }]);
    const report = await ingest({ dryRun: true, deleteMissing: true });
    assert.deepEqual([report.stored, report.missing, report.deleted], [4, ["gone.md"], 0]);
    assert.deepEqual(tenant.calls, ["GET /documents?limit=200"]);
  });

  it("ends at once when it is interrupted", async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(
      ingestFolder({ url, apiKey: "k" }, { folder }, () => undefined, signal),
      { name: "AbortError" },
    );
    assert.deepEqual(tenant.calls, []);
  });

  it("says why when nobody answers", async () => {
    const nobody = { url: "http://127.0.0.1:9", apiKey: "k" };
    await assert.rejects(
      ingestFolder(nobody, { folder }, () => undefined),
      /nobody answers at http:\/\/127\.0\.0\.1:9/,
    );
  });
});
