import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { plainPaint } from "#tools/command/paint";
import { curlLines, formatStartScreen, urlUnderOwnName } from "#tools/tenant/dev/start-screen";

const facts = {
  tenantId: "acme",
  displayName: "Acme Inc.",
  url: "http://127.0.0.1:8787",
  apiKey: "ak_acme_x",
  dataDir: "/src/.data/acme",
  model: "local",
  portNote: undefined,
  watching: true,
  startMs: 412,
};

describe("formatStartScreen", () => {
  it("tells address, key, data, model and how to stop", () => {
    const text = formatStartScreen(facts, plainPaint);
    for (const part of [
      "Acme Inc. (acme)",
      "412 ms",
      "url     http://127.0.0.1:8787",
      "key     ak_acme_x",
      "/src/.data/acme",
      "model   local",
      "Stop with Ctrl-C",
    ]) {
      assert.ok(text.includes(part), `${part} is missing in:\n${text}`);
    }
  });

  it("says why the port is another one", () => {
    assert.match(
      formatStartScreen({ ...facts, portNote: "(port 8787 is taken)" }, plainPaint),
      /:8787 {2}\(port 8787 is taken\)/,
    );
  });
});

describe("urlUnderOwnName", () => {
  it("is the name that leads to this machine, where there is one", () => {
    const named = urlUnderOwnName(facts.url, ["ask.bakery.example", "bakery.localhost"]);
    assert.equal(named, "http://bakery.localhost:8787");
    assert.equal(urlUnderOwnName(facts.url, ["ask.bakery.example"]), facts.url);
    assert.equal(urlUnderOwnName(facts.url), facts.url);
  });
});

describe("curlLines", () => {
  it("gives three whole commands, each on its own line", () => {
    const lines = curlLines(facts);
    assert.equal(lines.length, 3);
    for (const line of lines) assert.match(line, /^curl [^\n]*$/);
  });

  it("quotes bodies that a shell and JSON both read", () => {
    for (const [, body] of curlLines(facts)
      .join("\n")
      .matchAll(/-d '([^']*)'/g))
      assert.doesNotThrow(() => void JSON.parse(body ?? ""));
  });
});
