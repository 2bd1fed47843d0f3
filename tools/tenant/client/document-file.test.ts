import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { documentIds, isDocumentFile, MAX_DOCUMENT_BYTES, readDocument } from "#tools/tenant/client/document-file";

const bytes = (text: string) => new TextEncoder().encode(text);

function titleOf(file: string, text: string): string | undefined {
  const read = readDocument(file, "id", bytes(text));
  return read.kind === "document" ? read.document.title : undefined;
}

describe("readDocument", () => {
  it("takes the first heading as the title", () => {
    assert.equal(titleOf("a.md", "Intro\n\n## Set-up ##\n\n# Later"), "Set-up");
  });

  it("takes no heading out of a code block", () => {
    assert.equal(titleOf("a.md", "```sh\n# not a heading\n```\n# Real"), "Real");
  });

  it("takes the file's name where there is no heading, and for plain text", () => {
    assert.equal(titleOf("docs/a.md", "text"), "a.md");
    assert.equal(titleOf("docs/b.txt", "# a comment"), "b.txt");
  });

  it("sends the text as it is", () => {
    const text = "\uFEFF# Über\r\n\r\nÄ\n";
    const read = readDocument("a.md", "id", bytes(text));
    assert.equal(read.kind, "document");
    assert.equal(read.document.text, text.slice(1));
  });

  for (const [reason, content] of [
    ["not UTF-8 text", new Uint8Array([0xff, 0xfe, 0x41])],
    ["not UTF-8 text", bytes("a\0b")],
    ["empty", bytes(" \n")],
    ["larger than 5 MiB", new Uint8Array(MAX_DOCUMENT_BYTES + 1).fill(97)],
  ] as const) {
    it(`skips what is ${reason}`, () => {
      assert.deepEqual(readDocument("a.md", "id", content), { kind: "skipped", file: "a.md", reason });
    });
  }
});

describe("documentIds", () => {
  it("keeps a plain path as it is", () => {
    assert.equal(documentIds(["guides/set-up_1.md"]).get("guides/set-up_1.md"), "guides/set-up_1.md");
  });

  it("gives two files two ids, also where they differ only in characters that ids do not take", () => {
    const files = ["a b.md", "a+b.md", "a-b.md", "日本.md", "中国.md"];
    const ids = [...documentIds(files).values()];
    assert.equal(new Set(ids).size, files.length);
    for (const id of ids) assert.match(id, /^[A-Za-z0-9._:/@-]{1,200}$/);
  });

  it("keeps the end of a path that is too long", () => {
    const file = `${"folder/".repeat(40)}name.md`;
    const id = documentIds([file]).get(file) ?? "";
    assert.ok(id.length <= 200);
    assert.match(id, /folder\/name\.md@[0-9a-f]{12}$/);
  });

  it("gives a file the same id whatever else is in the folder, unless they clash", () => {
    assert.equal(documentIds(["a.md", "b.md"]).get("a.md"), documentIds(["a.md"]).get("a.md"));
  });
});

describe("isDocumentFile", () => {
  it("takes Markdown and text in any case, and nothing else", () => {
    assert.deepEqual(["a.md", "A.MD", "a.markdown", "a.txt", "a.html", "md", "a.md.png"].filter(isDocumentFile), [
      "a.md",
      "A.MD",
      "a.markdown",
      "a.txt",
    ]);
  });
});
