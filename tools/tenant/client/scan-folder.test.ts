import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";

import { scanFolder } from "#tools/tenant/client/scan-folder";

describe("scanFolder", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "scan-folder-"));
  before(() => {
    for (const below of ["guides", ".git", "node_modules"]) mkdirSync(path.join(folder, below));
    for (const file of ["a.md", "guides/b.txt", "c.png", ".git/d.md", "node_modules/n.md", "e.MD"])
      writeFileSync(path.join(folder, file), `# Ä ${file}\r\n`);
    writeFileSync(path.join(folder, "empty.md"), "");
    symlinkSync(folder, path.join(folder, "circle"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("finds documents in folders, not in hidden ones, and runs in no circle", () => {
    const { documents, skipped } = scanFolder(folder, "");
    assert.deepEqual(
      documents.map(({ file }) => file),
      ["a.md", "e.MD", "guides/b.txt"],
    );
    assert.deepEqual(skipped, [{ file: "empty.md", reason: "empty" }]);
  });

  it("digests the text as it is sent", () => {
    const [first] = scanFolder(folder, "").documents;
    const text = "# Ä a.md\r\n";
    const contentHash = createHash("sha256").update(text).digest("hex");
    assert.deepEqual(first, { file: "a.md", docId: "a.md", title: "Ä a.md", contentHash, bytes: 11 });
  });

  it("puts a prefix before each id, those of skipped files too", () => {
    const { ids, documents } = scanFolder(folder, "handbook/");
    assert.ok(ids.has("handbook/empty.md") && ids.has("handbook/guides/b.txt"));
    assert.equal(documents[0]?.file, "a.md");
  });

  it("names a folder that is not there", () => {
    assert.throws(() => scanFolder(path.join(folder, "none"), ""), /cannot read the folder/);
  });
});
