import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { carryOut, changedFiles } from "../../testing/carry-out.js";
import { SMALL_CHECKOUT } from "../../testing/small-checkout.js";
import type { Given } from "../kind.js";
import { ttsProviderKind } from "./tts-provider.js";

const given = (name: string, options: Given["options"] = {}): Given => ({ arguments: { NAME: name }, options });

describe("new tts-provider", () => {
  it("makes the provider and enters it in the table and the package", async () => {
    const after = await carryOut(SMALL_CHECKOUT, ttsProviderKind, given("big-voice", { model: "big/one" }));
    const changed = changedFiles(SMALL_CHECKOUT, after);
    assert.match(
      changed["platform/speech/providers/big-voice.ts"] ?? "",
      /name: "big-voice",\n {2}defaultModel: "big\/one"/,
    );
    assert.match(
      changed["platform/speech/all-providers.ts"] ?? "",
      /^import \{ provider as bigVoice \} from "#speech\/providers\/big-voice";\n[^]*\[workersAi, bigVoice\]\.map/,
    );
    assert.match(
      changed["platform/speech/BUILD.bazel"] ?? "",
      /"providers\/big-voice\.ts",[^]*"providers\/big-voice\.test\.ts",/,
    );
    assert.deepEqual(
      changedFiles(after, await carryOut(after, ttsProviderKind, given("big-voice", { model: "big/one" }))),
      {},
    );
  });

  for (const [name, options] of [
    ["none", {}],
    ["Big", {}],
    ["../x", {}],
    ["big", { model: '"' }],
  ] as const) {
    it(`refuses ${name} ${JSON.stringify(options)}`, async () => {
      await assert.rejects(carryOut(SMALL_CHECKOUT, ttsProviderKind, given(name, options)), /is no/);
    });
  }

  it("leaves alone a provider that a person wrote", async () => {
    const files = new Map([...SMALL_CHECKOUT, ["platform/speech/providers/mine.ts", "export {};\n"]]);
    await assert.rejects(carryOut(files, ttsProviderKind, given("mine")), /no generator made it/);
  });
});
