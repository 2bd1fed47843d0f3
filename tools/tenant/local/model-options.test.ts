import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";

import { tenantConfigSchema } from "#tenancy/tenant-config";
import { CommandError } from "#tools/command/command-line";
import { checkModelServer, parseModelOptions } from "#tools/tenant/local/model-options";

const config = tenantConfigSchema.parse({ tenantId: "acme", displayName: "Acme", accountId: "0".repeat(32) });

describe("parseModelOptions", () => {
  it("reads address, names and key", () => {
    const values = {
      "model-url": "http://localhost:11434/v1/",
      "model-map": ["@cf/baai/bge-base-en-v1.5=nomic-embed-text"],
    };
    assert.deepEqual(parseModelOptions(values, { MODEL_API_KEY: "k" }), {
      modelUrl: "http://localhost:11434/v1",
      modelMap: { "@cf/baai/bge-base-en-v1.5": "nomic-embed-text" },
      apiKey: "k",
    });
  });

  it("wants nothing by default", () => {
    assert.equal(parseModelOptions({}, {}), undefined);
  });

  for (const values of [
    { "model-map": ["a=b"] },
    { "model-url": "localhost:11434" },
    { "model-url": "http://x", "model-map": ["ab"] },
  ]) {
    it(`refuses ${JSON.stringify(values)}`, () => {
      assert.throws(() => parseModelOptions(values, {}), { name: "CommandError" });
    });
  }
});

describe("checkModelServer", () => {
  async function withServer(status: number, body: unknown, use: (modelUrl: string) => Promise<void>): Promise<void> {
    const server = createServer((_, response) => response.writeHead(status).end(JSON.stringify(body)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    try {
      await use(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/v1`);
    } finally {
      server.close();
    }
  }
  const embedding = (length: number) => ({ data: [{ embedding: Array.from({ length }, () => 0.1) }] });

  it("accepts a model whose vectors fit the index", () =>
    withServer(200, embedding(768), (modelUrl) => checkModelServer({ modelUrl, modelMap: {} }, config)));

  it("refuses one whose vectors do not, and names both ways out", () =>
    withServer(200, embedding(1024), async (modelUrl) => {
      await assert.rejects(
        checkModelServer({ modelUrl, modelMap: {} }, config),
        /1024 dimensions, the tenant's index takes 768/,
      );
    }));

  it("says what a server that does not know the model answered", () =>
    withServer(404, { error: "no such model" }, async (modelUrl) => {
      await assert.rejects(checkModelServer({ modelUrl, modelMap: {} }, config), (error) => {
        assert.ok(error instanceof CommandError);
        assert.match(error.hints.why ?? "", /HTTP 404: .*no such model/);
        return true;
      });
    }));
});
