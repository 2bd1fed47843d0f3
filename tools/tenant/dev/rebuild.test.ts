import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { buildEnvironment, compactBuildErrors } from "#tools/tenant/dev/rebuild";

describe("compactBuildErrors", () => {
  it("keeps what is wrong and drops what Bazel says of itself", () => {
    const output = [
      "Loading: 0 packages loaded",
      "INFO: Analyzed 2 targets (0 packages loaded, 0 targets configured).",
      "ERROR: /src/platform/rag/BUILD.bazel:3:11: TsProject failed: (Exit 2): node failed: error executing command bin/node x",
      "",
      "platform/rag/chunk-text.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
      "Use --sandbox_debug to see verbose messages from the sandbox",
      "INFO: Elapsed time: 2.1s",
      "FAILED: Build did NOT complete successfully",
    ].join("\n");
    assert.equal(
      compactBuildErrors(output),
      [
        "ERROR: /src/platform/rag/BUILD.bazel:3:11: TsProject failed",
        "platform/rag/chunk-text.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
      ].join("\n"),
    );
  });

  it("counts what it does not show", () => {
    const output = Array.from({ length: 50 }, (_, index) => `error ${index}`).join("\n");
    assert.match(compactBuildErrors(output), /error 29\n… and 20 more lines$/);
  });
});

describe("buildEnvironment", () => {
  it("hides this run from the other Bazel, but not the choice of its mode", () => {
    const env = {
      PATH: "/bin",
      BAZEL_MODE: "airgap",
      BAZEL_BINDIR: "x",
      BUILD_WORKSPACE_DIRECTORY: "x",
      RUNFILES_DIR: "x",
      JS_BINARY__NODE_BINARY: "x",
    };
    assert.deepEqual(buildEnvironment(env), { PATH: "/bin", BAZEL_MODE: "airgap" });
  });
});
