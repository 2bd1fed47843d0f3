import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { PatternRouter } from "hono/router/pattern-router";

import { RouteTable } from "#http/route-table";

const ROUTES = [
  ["ALL", "*", "middleware"],
  ["GET", "/chat", "list"],
  ["POST", "/chat", "turn"],
  ["GET", "/chat/:id/history", "history"],
  ["GET", "/documents/:docId{.+}", "document"],
  ["ALL", "/chat", "others"],
  ["GET", "/", "start"],
] as const;

describe("RouteTable", () => {
  const table = new RouteTable<string>();
  const patterns = new PatternRouter<string>();
  for (const [method, path, handler] of ROUTES) {
    table.add(method, path, handler);
    patterns.add(method, path, handler);
  }

  it("finds what Hono's router finds, at first and ever after", () => {
    for (let round = 0; round < 3; round++)
      for (const method of ["GET", "POST", "PUT", "OPTIONS", "ALL", "BREW"])
        for (const path of ["/", "", "/chat", "/chat/", "/chat/a/history", "/documents/a/b", "/chatx", "/none", "//"])
          assert.deepEqual(table.match(method, path), patterns.match(method, path), `${method} ${path}`);
  });

  it("remembers paths without parameters, of known methods only", () => {
    assert.equal(table.match("GET", "/chat"), table.match("GET", "/chat"));
    assert.notEqual(table.match("BREW", "/chat"), table.match("BREW", "/chat"));
    assert.notEqual(table.match("GET", "/chat/a/history"), table.match("GET", "/chat/a/history"));
    assert.notEqual(table.match("GET", "/none"), table.match("GET", "/none"));
  });

  it("forgets what it found when a route is added", () => {
    const growing = new RouteTable<string>();
    growing.add("GET", "/a", "first");
    assert.equal(growing.match("GET", "/a")[0].length, 1);
    growing.add("GET", "/a", "second");
    assert.equal(growing.match("GET", "/a")[0].length, 2);
  });
});
