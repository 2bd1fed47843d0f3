import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CommandError, parseCommandLine } from "#tools/command/command-line";
import { ingestSpec, readIngestOptions } from "#tools/tenant/ingest/ingest-options";

const invocation = { userDir: "/home/ada", workspaceDir: undefined };
const read = (...argv: string[]) => readIngestOptions(parseCommandLine(ingestSpec, argv), invocation);

describe("readIngestOptions", () => {
  it("takes a folder from where the person stands", () => {
    const options = read("docs", "--prefix", "d/", "--acl", "staff", "--acl", "board", "--delete-missing");
    assert.ok(options.kind === "folder");
    const { folder, prefix, acl, deleteMissing, dryRun } = options.source;
    assert.deepEqual(
      [folder, prefix, acl, deleteMissing, dryRun],
      ["/home/ada/docs", "d/", ["staff", "board"], true, false],
    );
  });

  it("takes --failed without a folder", () => {
    assert.deepEqual(read("--failed", "--retry"), { kind: "dead-letters", shouldRetry: true, isJson: false });
  });

  for (const argv of [[], ["a", "b"], ["docs", "--failed"], ["docs", "--retry"]]) {
    it(`refuses ${JSON.stringify(argv.join(" "))} with exit code 2`, () => {
      assert.throws(
        () => read(...argv),
        (error) => error instanceof CommandError && error.hints.exitCode === 2,
      );
    });
  }
});
