import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CommandError, formatHelp, parseCommandLine, type CommandSpec } from "#tools/command/command-line";

const options = {
  port: { type: "string", value: "N", about: "port to listen on" },
  watch: { type: "boolean", about: "watch sources" },
  map: { type: "string", value: "A=B", multiple: true, about: "rename" },
  bundle: { type: "string", about: "set by the macro", hidden: true },
} as const;
const spec: CommandSpec<typeof options> = { name: "dev", about: "Serves.", options, examples: ["dev --port 1"] };

describe("parseCommandLine", () => {
  it("reads values, repeated options and negated flags", () => {
    const { values } = parseCommandLine(spec, ["--port", "1", "--map", "a=b", "--map=c=d", "--no-watch"]);
    assert.equal(values.port, "1");
    assert.deepEqual(values.map, ["a=b", "c=d"]);
    assert.equal(values.watch, false);
  });

  for (const argv of [["--prot", "1"], ["stray"], ["--port"], ["--watch=yes"]]) {
    it(`refuses ${argv.join(" ")} with exit code 2`, () => {
      assert.throws(
        () => parseCommandLine(spec, argv),
        (error) => error instanceof CommandError && error.hints.exitCode === 2,
      );
    });
  }
});

describe("formatHelp", () => {
  it("lists the commands of a program that has several", () => {
    const help = formatHelp({
      ...spec,
      positionals: "COMMAND",
      actions: { list: "shows all", "get NAME": "shows one" },
    });
    assert.match(
      help,
      /Usage: dev \[options\] COMMAND\n\nCommands:\n {2}list {6}shows all\n {2}get NAME {2}shows one\n\nOptions:/,
    );
  });

  it("lists options aligned, examples, and not what the macro sets", () => {
    const help = formatHelp(spec);
    assert.match(help, /^Serves\.\n\nUsage: dev \[options\]\n/);
    assert.match(help, / {2}--port N {3}port to listen on\n {2}--watch {4}watch sources\n/);
    assert.match(help, /Examples:\n {2}dev --port 1\n$/);
    assert.doesNotMatch(help, /bundle/);
  });
});
