import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { dataFolder, readInvocation, userPath } from "#tools/command/invocation";
import { givenAddress } from "#tools/tenant/local/tenant-address";

describe("givenAddress", () => {
  it("takes address and key, without a trailing slash", () => {
    assert.deepEqual(givenAddress({ url: "https://ai.acme.example/", key: "k" }, {}), {
      url: "https://ai.acme.example",
      apiKey: "k",
    });
    assert.deepEqual(givenAddress({ url: "http://x" }, { TENANT_API_KEY: "e" }), { url: "http://x", apiKey: "e" });
  });

  it("means the local server when nothing is given", () => {
    assert.equal(givenAddress({}, { TENANT_API_KEY: "e" }), undefined);
  });

  for (const values of [{ key: "k" }, { url: "ai.acme.example", key: "k" }, { url: "http://x" }]) {
    it(`refuses ${JSON.stringify(values)}`, () => {
      assert.throws(() => givenAddress(values, {}), { name: "CommandError" });
    });
  }
});

describe("paths under bazel run", () => {
  const invocation = readInvocation(
    { BUILD_WORKING_DIRECTORY: "/src/docs", BUILD_WORKSPACE_DIRECTORY: "/src" },
    "/runfiles",
  );

  it("start where the person typed them", () => {
    assert.equal(userPath(invocation, "guides"), "/src/docs/guides");
    assert.equal(dataFolder(invocation, "acme", "here"), "/src/docs/here");
  });

  it("keep a tenant's data in the checkout by default", () => {
    assert.equal(dataFolder(invocation, "acme", undefined), "/src/.data/acme");
    assert.equal(dataFolder(readInvocation({}, "/cwd"), "acme", undefined), "/cwd/.data/acme");
  });
});
