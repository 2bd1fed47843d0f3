import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";

import { findBrokenLinks, type LinkedFiles } from "#tests/links/find-broken-links";
import { anchorsIn, linksIn } from "#tests/links/markdown-links";

/** The packages' lists of their files, and the pages among them. */
function readRepository(): LinkedFiles {
  const lists = globSync("**/package_file_names.txt", { exclude: ["node_modules"] });
  const files = lists.flatMap((list) =>
    readFileSync(list, "utf8")
      .split("\n")
      .filter((name) => name !== "")
      .map((name) => path.posix.join(path.posix.dirname(list), name)),
  );
  const pages = files.filter((file) => file.endsWith(".md"));
  return { files: new Set(files), pages: new Map(pages.map((page) => [page, readFileSync(page, "utf8")])) };
}

describe("the pages of this repository", () => {
  const repository = readRepository();

  it("lead nowhere that there is not", () => {
    assert.ok(repository.pages.size > 50 && repository.files.size > 1_000, "the whole repository is looked at");
    assert.deepEqual(findBrokenLinks(repository), []);
  });

  it("are all named by llms.txt or docs/README.md, as far as they are documentation", () => {
    const named = new Set(
      ["llms.txt", "docs/README.md"].flatMap((page) =>
        linksIn(repository.pages.get(page) ?? readFileSync(page, "utf8")).map(({ target }) =>
          path.posix.join(path.posix.dirname(page), target.split("#")[0] ?? ""),
        ),
      ),
    );
    const isNamed = (page: string): boolean =>
      named.has(page) || named.has(`${path.posix.dirname(page)}/`) || page === "docs/README.md";
    const missing = [...repository.pages.keys()].filter((page) => page.startsWith("docs/") && !isNamed(page));
    assert.deepEqual(missing, []);
  });

  it("are linked by llms.txt where they are", () => {
    const text = readFileSync("llms.txt", "utf8");
    const broken = findBrokenLinks({ ...repository, pages: new Map([...repository.pages, ["llms.txt", text]]) });
    assert.deepEqual(broken, []);
    assert.match(text, /^# .+\n\n> .+/, "a title and a summary come first (llmstxt.org)");
  });
});

describe("findBrokenLinks", () => {
  const check = (text: string): readonly string[] =>
    findBrokenLinks({
      files: new Set(["README.md", "docs/a.md", "docs/images/x.png", "src/code.ts"]),
      pages: new Map([
        ["README.md", "# Top\n"],
        ["docs/a.md", text],
      ]),
    });

  it("follows files, folders, images and headings", () => {
    const text =
      "# A `b`, c!\n[1](../README.md#top) [2](../src/) [3](#a-b-c) ![4](images/x.png) [5](https://x.example/#y)";
    assert.deepEqual(check(text), []);
  });

  it("says which link is broken, and why", () => {
    assert.deepEqual(check("\n[1](b.md)\n[2](../README.md#bottom) [3](/README.md) [4](#none)"), [
      "docs/a.md:2: b.md: there is no such file or folder",
      "docs/a.md:3: ../README.md#bottom: README.md has no such heading",
      "docs/a.md:3: /README.md: begins with /: write it relative to its page",
      "docs/a.md:3: #none: docs/a.md has no such heading",
    ]);
  });

  it("leaves code alone", () => {
    assert.deepEqual(linksIn("`[a](b)`\n```md\n[c](d)\n```\n[e](f)"), [{ line: 5, target: "f" }]);
  });

  it("numbers headings of the same text", () => {
    assert.deepEqual([...anchorsIn("# A\n## A\n### Über uns (1)")], ["a", "a-1", "über-uns-1"]);
  });
});
