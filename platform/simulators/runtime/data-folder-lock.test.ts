import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { lockDataFolder } from "./data-folder-lock.js";
import { processIdentity } from "./process-identity.js";

let dataDir: string;
const lockFile = (name: string) => path.join(dataDir, "locks", `${name}.pid`);

describe("lockDataFolder", () => {
  before(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), "lock-"));
    mkdirSync(path.join(dataDir, "locks"));
  });
  after(() => rmSync(dataDir, { recursive: true }));

  it("refuses the same Worker twice and takes another one", () => {
    const lock = lockDataFolder(dataDir, "acme");
    assert.throws(() => lockDataFolder(dataDir, "acme"), {
      code: "data_folder_in_use",
      message: /"acme".*process \d+/,
    });
    lockDataFolder(dataDir, "globex").release();
    lock.release();
    assert.deepEqual(readdirSync(path.join(dataDir, "locks")), []);
  });

  it("takes over the lock of a process that is gone", () => {
    for (const left of ["999999 1", "", "rubbish", `${process.pid} 1`]) {
      writeFileSync(lockFile("acme"), left);
      lockDataFolder(dataDir, "acme").release();
    }
  });

  it("respects the lock of another running process", () => {
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    try {
      writeFileSync(lockFile("acme"), processIdentity(other.pid ?? 0));
      assert.throws(() => lockDataFolder(dataDir, "acme"), { code: "data_folder_in_use" });
    } finally {
      other.kill();
      rmSync(lockFile("acme"));
    }
  });
});
