import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readSummary } from "#tools/build/bench/read-summary";

const built = (processes: string): string =>
  `INFO: Elapsed time: 48.420s, Critical Path: 41.29s\nINFO: ${processes}.\nINFO: Build completed successfully, 87 total actions\n`;

describe("readSummary", () => {
  it("tells what ran from what came out of a cache, and leaves out what Bazel does by itself", () => {
    const output = built("87 processes: 9 remote cache hit, 3 disk cache hit, 50 internal, 7 linux-sandbox, 18 worker");
    assert.deepEqual(readSummary(output), { seconds: 48.42, hits: 12, ran: 25 });
    assert.deepEqual(readSummary(built("1 process: 1 internal")), { seconds: 48.42, hits: 0, ran: 0 });
  });

  it("takes no failed build for a fast one", () => {
    assert.throws(() => readSummary("INFO: Elapsed time: 0.1s\nFAILED: Build did NOT complete successfully"));
  });
});
