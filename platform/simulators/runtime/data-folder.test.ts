import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { openDataFolder } from "./data-folder.js";
import type { WorkerDeployment } from "./runtime-options.js";

const worker = (name: string): WorkerDeployment => ({
  name,
  modulePath: "bundle.js",
  config: { name, compatibility_date: "2026-10-01" },
});

describe("openDataFolder", () => {
  let dataDir: string;
  before(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), "data-"));
  });
  after(() => {
    rmSync(dataDir, { recursive: true });
  });

  it("gives each runtime a folder named after its first Worker, or as it is told", () => {
    for (const [options, name] of [
      [{ workers: [worker("acme"), worker("globex")] }, "acme"],
      [{ workers: [worker("acme")], stateName: "edge" }, "edge"],
    ] as const) {
      const folder = openDataFolder({ dataDir, ...options });
      assert.equal(folder.statePath, path.join(dataDir, name));
      folder.close();
    }
  });

  it("locks every Worker of a runtime, follows a reload and leaves nothing behind", () => {
    const folder = openDataFolder({ dataDir, workers: [worker("acme"), worker("globex")] });
    assert.throws(() => openDataFolder({ dataDir, workers: [worker("initech"), worker("globex")] }), {
      code: "data_folder_in_use",
    });
    folder.relock([worker("acme"), worker("initech")]);
    openDataFolder({ dataDir, workers: [worker("globex")] }).close();
    folder.close();
    assert.deepEqual(readdirSync(path.join(dataDir, "locks")), []);
  });

  it("says so when the folder cannot be written", () => {
    const file = path.join(dataDir, "a-file");
    writeFileSync(file, "");
    assert.throws(() => openDataFolder({ dataDir: file, workers: [worker("acme")] }), {
      code: "data_folder_not_writable",
      message: /Choose a folder/,
    });
  });
});
