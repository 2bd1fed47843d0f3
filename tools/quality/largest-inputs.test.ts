import assert from "node:assert/strict";
import { it } from "node:test";
import { largestInputs } from "#tools/quality/largest-inputs";

it("adds up the files of one npm package and sorts by what is in the output", () => {
  const store = "node_modules/.aspect_rules_js/zod@1.0.0/node_modules";
  const inputs = {
    "platform/base/errors.js": { bytesInOutput: 30 },
    [`${store}/zod/a.js`]: { bytesInOutput: 20 },
    [`${store}/zod/b/c.js`]: { bytesInOutput: 25 },
    [`${store}/@scope/small/index.js`]: { bytesInOutput: 1 },
  };
  assert.deepEqual(largestInputs({ outputs: { "bundle.js": { inputs }, "bundle.js.map": { inputs: {} } } }, 2), [
    { source: "node_modules/zod", bytes: 45 },
    { source: "platform/base/errors.js", bytes: 30 },
  ]);
  assert.equal(largestInputs({ outputs: { "bundle.js": { inputs } } }, 9).at(-1)?.source, "node_modules/@scope/small");
});
