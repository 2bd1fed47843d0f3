import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";

import * as z from "zod";

import { findDocumentFiles, ingestFolder } from "#tools/tenant/client/ingest-folder";

const bodySchema = z.object({ documents: z.array(z.object({ docId: z.string(), text: z.string() })) });
type Documents = z.infer<typeof bodySchema>["documents"];
interface Reply {
  readonly status: number;
  readonly body: object;
}

/** Stands in for a tenant's Worker: what it answers is up to the test. */
class FakeTenant {
  readonly calls: string[][] = [];
  reply: (documents: Documents) => Reply = stored;
  readonly #server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const { documents } = bodySchema.parse(JSON.parse(body));
      this.calls.push(documents.map(({ docId }) => docId));
      const reply = this.reply(documents);
      response.writeHead(reply.status, { "content-type": "application/json", "retry-after": "0" });
      response.end(JSON.stringify(reply.body));
    });
  });

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
  const tenant = new FakeTenant();
  let url = "";
  const ingest = async (reply: FakeTenant["reply"]) => {
    tenant.calls.length = 0;
    tenant.reply = reply;
    return ingestFolder({ url, apiKey: "k" }, folder, () => undefined);
  };
  before(async () => {
    url = await tenant.listen();
    mkdirSync(path.join(folder, "guides"));
    mkdirSync(path.join(folder, ".git"));
    for (const file of ["a.md", "same.md", "guides/b.txt", "c.png", ".git/d.md", "e.MD"])
      writeFileSync(path.join(folder, file), `# ${file}\n`);
    writeFileSync(path.join(folder, "empty.md"), "");
    symlinkSync(folder, path.join(folder, "circle"));
  });
  after(() => {
    tenant.close();
    rmSync(folder, { recursive: true });
  });

  it("finds documents in folders, not in hidden ones, and runs in no circle", () => {
    assert.deepEqual(findDocumentFiles(folder), ["a.md", "e.MD", "empty.md", "guides/b.txt", "same.md"]);
  });

  it("uploads all in one call and counts what changed", async () => {
    const report = await ingest(stored);
    assert.deepEqual(tenant.calls, [["a.md", "e.MD", "guides/b.txt", "same.md"]]);
    assert.deepEqual(report, {
      stored: 3,
      unchanged: 1,
      failed: [],
      skipped: [{ kind: "skipped", file: "empty.md", reason: "empty" }],
    });
  });

  it("finds the one document that is refused and uploads the others", async () => {
    const report = await ingest((documents) =>
      documents.some(({ docId }) => docId === "e.MD") ? refused(400, "invalid_request", "no") : stored(documents),
    );
    assert.equal(report.stored + report.unchanged, 3);
    assert.deepEqual(report.failed, [{ file: "e.MD", reason: "no" }]);
  });

  it("waits and tries again when it is told to slow down", async () => {
    let calls = 0;
    const report = await ingest((documents) =>
      ++calls < 3 ? refused(429, "rate_limited", "slow") : stored(documents),
    );
    assert.equal(calls, 3);
    assert.equal(report.failed.length, 0);
  });

  it("says why when nobody answers", async () => {
    const report = await ingestFolder({ url: "http://127.0.0.1:9", apiKey: "k" }, folder, () => undefined);
    assert.equal(report.failed.length, 4);
    assert.match(report.failed[0]?.reason ?? "", /nobody answers at http:\/\/127\.0\.0\.1:9/);
  });

  it("names a folder that is not there", async () => {
    await assert.rejects(
      ingestFolder({ url, apiKey: "k" }, path.join(folder, "none"), () => undefined),
      /cannot read the folder/,
    );
  });
});
