import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { readSettingsDocument, type SettingsReading } from "#settings/settings-document";

const CHAT_MODELS = ["x/small"];
const NOTHING: SettingsReading["settings"] = new Map();

const read = (stored: unknown, previous: SettingsReading["settings"] = NOTHING): SettingsReading =>
  readSettingsDocument(typeof stored === "string" ? stored : JSON.stringify(stored), previous, CHAT_MODELS);

const values = ({ settings }: SettingsReading) =>
  Object.fromEntries([...settings].map(([name, { value }]) => [name, value]));

const GOOD = read({ values: { searchAnswers: false, model: "x/small" } });

describe("readSettingsDocument", () => {
  it("takes what is good", () => {
    assert.deepEqual(values(GOOD), { searchAnswers: false, model: "x/small" });
    assert.deepEqual(GOOD.refusals, []);
  });

  it("forgets what is no longer stored", () => {
    assert.deepEqual(values(read({ values: { model: "x/small" } }, GOOD.settings)), { model: "x/small" });
    assert.equal(readSettingsDocument(null, GOOD.settings, CHAT_MODELS).settings.size, 0);
  });

  it("keeps the previous value of a broken entry, and takes the good ones beside it", () => {
    const reading = read({ values: { searchAnswers: "no", model: "x/other", ingestion: false } }, GOOD.settings);
    assert.deepEqual(values(reading), { searchAnswers: false, model: "x/small", ingestion: false });
    assert.deepEqual(
      reading.refusals.map(({ setting }) => setting),
      ["searchAnswers", "model"],
    );
  });

  it("refuses a setting that nobody knows, properties of every object among them", () => {
    for (const name of ["serchAnswers", "constructor", "toString"]) {
      const reading = read({ values: { [name]: true } });
      assert.equal(reading.settings.size, 0);
      assert.deepEqual(reading.refusals, [{ setting: name, reason: "there is no such setting" }]);
    }
    const reading = read('{"values": {"__proto__": true, "ingestion": false}}');
    assert.deepEqual(values(reading), { ingestion: false });
  });

  it("keeps everything when the document cannot be read at all", () => {
    for (const text of ["", "{", "null", "[]", '"x"', "{}", '{"values": []}', '{"values": null}']) {
      const reading = read(text, GOOD.settings);
      assert.equal(reading.settings, GOOD.settings, text);
      assert.equal(reading.refusals.length, 1, text);
    }
  });

  it("never throws and never repeats a value, whatever is stored", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.dictionary(fc.string(), fc.json()).map(wrap)), (text) => {
        const { refusals } = readSettingsDocument(text, NOTHING, CHAT_MODELS);
        for (const { setting } of refusals) assert.ok(setting.length <= 80);
      }),
    );
    assert.ok(!JSON.stringify(read({ values: { model: "sk-secret" } }).refusals).includes("sk-secret"));
  });
});

function wrap(entries: Record<string, string>): string {
  return `{"values": {${Object.entries(entries)
    .map(([name, json]) => `${JSON.stringify(name)}: ${json}`)
    .join(",")}}}`;
}
