import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";

const FOLDER = "platform/console/assets";
/** For all that a Worker serves besides its API, in bytes as they are sent. */
const MAX_GZIP_BYTES = 100_000;
const PAGES = ["console/console.css", "console/console.js", "console/docs.js", "console/icon.svg"];

describe("the pages of a Worker", () => {
  it("take at most 100 kB compressed, all files together", () => {
    const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => path.posix.relative(FOLDER, path.posix.join(entry.parentPath, entry.name)))
      .toSorted();
    for (const file of [...PAGES, "docs.html", "index.html", "openapi.json"]) assert.ok(files.includes(file), file);
    const sizes = files.map((file) => gzipSync(readFileSync(path.join(FOLDER, file))).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const report = files.map((file, index) => `${String(sizes[index])} ${file}`).join("\n");
    assert.ok(total <= MAX_GZIP_BYTES, `${total} bytes of ${MAX_GZIP_BYTES}:\n${report}`);
  });
});
