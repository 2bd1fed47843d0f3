import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";

import { announceServer, findServer, writeOwnFile } from "#tools/tenant/local/server-state";

const state = {
  url: "http://127.0.0.1:8787",
  tenantId: "acme",
  apiKey: "ak",
  pid: process.pid,
  kv: { url: "http://127.0.0.1:8788", token: "t" },
};

describe("findServer", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "server-state-"));
  after(() => rmSync(folder, { recursive: true }));

  it("finds an announced server until the note is removed", () => {
    assert.equal(findServer(folder), undefined);
    const remove = announceServer(folder, state);
    assert.deepEqual(findServer(folder), state);
    remove();
    assert.equal(findServer(folder), undefined);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("does not find a server whose process is gone", () => {
    announceServer(folder, { ...state, pid: 2 ** 30 });
    assert.equal(findServer(folder), undefined);
  });

  it("does not stumble over a broken note", () => {
    writeFileSync(path.join(folder, "dev-server.json"), '{"url":');
    assert.equal(findServer(folder), undefined);
  });
});

describe("writeOwnFile", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "own-file-"));
  after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "below/ready.json");

  it("makes the folder, and lets nobody else read the key", () => {
    writeOwnFile(file, state);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("leaves alone what another process has written since", () => {
    const remove = writeOwnFile(file, state);
    writeOwnFile(file, { ...state, url: "http://127.0.0.1:1" });
    remove();
    assert.ok(statSync(file).isFile());
  });
});
