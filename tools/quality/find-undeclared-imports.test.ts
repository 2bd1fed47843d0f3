import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findUndeclaredImports } from "#tools/quality/find-undeclared-imports";

const imports = { "#rag/*": "./platform/rag/*.js", "#tools/*": "./tools/*.js" };

function check(deps: string[], specifier: string): string[] {
  const file = { path: "platform/chat/turn.ts", specifiers: [specifier] };
  return findUndeclaredImports({ label: "//platform/chat:chat", deps }, [file], imports);
}

describe("an import", () => {
  it("of a direct dependency passes", () => {
    assert.deepEqual(check(["//platform/rag:rag"], "#rag/retrieve"), []);
    assert.deepEqual(check(["//tools/quality:lint"], "#tools/quality/lint"), []);
    assert.deepEqual(check(["//:node_modules/@scope/x"], "@scope/x/deep"), []);
    assert.deepEqual(check(["//:node_modules/@types/x"], "x"), []);
  });

  it("of another package names the label to add", () => {
    assert.deepEqual(check(["//platform/rags:rags"], "#rag/retrieve"), [
      'platform/chat/turn.ts: import "#rag/retrieve": add "//platform/rag" to deps',
    ]);
    assert.match(check([], "#tools/quality/lint")[0] ?? "", /add "\/\/tools\/quality" to deps/);
  });

  it("of an npm package names the label to add", () => {
    assert.match(check(["//:node_modules/zod-other"], "zod/mini")[0] ?? "", /add "\/\/:node_modules\/zod" to deps/);
  });

  it("of a relative path stays inside the package", () => {
    assert.deepEqual(check([], "./events.js"), []);
    assert.deepEqual(check([], "./testing/events.js"), []);
    assert.match(check(["//platform/rag:rag"], "../rag/retrieve.js")[0] ?? "", /must stay inside \/\/platform\/chat/);
    assert.match(check([], "../chatter/x.js")[0] ?? "", /must stay inside/);
  });

  it("of the runtime needs its scheme", () => {
    assert.deepEqual(check([], "node:fs"), []);
    assert.deepEqual(check([], "cloudflare:workers"), []);
    assert.match(check([], "fs")[0] ?? "", /write "node:fs"/);
  });

  it("of an unknown alias says where aliases are", () => {
    assert.match(check([], "#unknown/x")[0] ?? "", /"imports" of package.json/);
  });
});
