import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { settingsKey } from "#settings/settings-document";
import { tenantIdSchema } from "#tenancy/tenant-id-schema";
import { memoryPlace, type MemoryPlace } from "#tools/tenant/settings/memory-place";
import { runFlags } from "#tools/tenant/settings/run-flags";

const NOW = new Date("2026-11-21T12:00:00Z");
const KEY = settingsKey(tenantIdSchema.parse("acme"));

describe(":flags", () => {
  let place: MemoryPlace;
  beforeEach(() => {
    place = memoryPlace();
  });
  const run = async (...args: string[]) => {
    assert.equal(await runFlags(place, args, NOW), 0);
    return place.heard();
  };
  const stored = async () => JSON.parse((await place.keyValues.get(KEY)) ?? "null") as { values: object } | null;

  it("lists every setting with its value and where it comes from", async () => {
    await run("set", "searchAnswers", "off");
    await run("set", "model:/chat", "x/small");
    const list = await run("list");
    assert.match(list, /^acme, production\n/);
    assert.match(list, /\n {2}ingestion +on +config +documents can be ingested/);
    assert.match(list, /\n {2}searchAnswers +off +set +a model answers searches/);
    assert.match(list, /\n {2}model +x\/tenant +config /);
    assert.match(list, /\n {2}model:\/chat +x\/small +set /);
    assert.match(list, /\n {2}model:\/search +– +chat model of \/search/);
    assert.equal(await run(), list);
  });

  it("sets one, keeps the others, and says how to undo it", async () => {
    await run("set", "ingestion", "false");
    const said = await run("set", "model", "x/small");
    assert.match(
      said,
      /\n {2}~ model {2}x\/tenant → x\/small\ndone: in force everywhere within 60 seconds\nundo: .*:flags -- unset model --env production --yes$/,
    );
    assert.deepEqual(await stored(), { values: { ingestion: false, model: "x/small" }, changedAt: NOW.toISOString() });
    assert.match(await run("set", "model", "x/tenant"), /undo: .* set model x\/small /);
    assert.equal(await run("get", "model"), "x/tenant");
  });

  it("takes one away again: then the config holds", async () => {
    await run("set", "ingestion", "off");
    assert.match(
      await run("unset", "ingestion"),
      /\n {2}- ingestion {2}off → on \(config\)\n[^]*undo: .* set ingestion off /,
    );
    assert.deepEqual((await stored())?.values, {});
    assert.equal(await run("get", "ingestion"), "on");
  });

  it("changes nothing where nothing is to be changed", async () => {
    assert.match(await run("unset", "ingestion"), /ingestion is not set/);
    assert.equal(await stored(), null);
    await run("set", "ingestion", "off");
    assert.match(await run("set", "ingestion", "off"), /is set to off already/);
  });

  it("keeps what the config says as a setting of its own when it is set to that", async () => {
    assert.match(await run("set", "ingestion", "on"), /~ ingestion {2}on → on/);
    assert.deepEqual((await stored())?.values, { ingestion: true });
  });

  it("only plans with --dry-run, and refuses to touch what people use without --yes", async () => {
    const plan = memoryPlace({ mode: "plan" }, place);
    assert.equal(await runFlags(plan, ["set", "ingestion", "off"], NOW), 0);
    assert.match(plan.heard(), /~ ingestion {2}on → off$/);
    const careful = memoryPlace({ mode: "needs-yes" }, place);
    await assert.rejects(runFlags(careful, ["set", "ingestion", "off"], NOW), {
      message: "nothing was changed in production",
    });
    assert.match(careful.heard(), /~ ingestion {2}on → off$/);
    assert.equal(await stored(), null);
    assert.equal(await runFlags(careful, ["list"], NOW), 0);
    assert.equal(await runFlags(careful, ["unset", "ingestion"], NOW), 0);
  });

  it("speaks JSON to machines", async () => {
    const machine = memoryPlace({ json: true }, place);
    const ask = async (...args: string[]) => {
      await runFlags(machine, args, NOW);
      return JSON.parse(machine.heard()) as Record<string, unknown>;
    };
    assert.deepEqual(await ask("set", "ingestion", "off"), {
      place: "acme, production",
      name: "ingestion",
      before: true,
      after: false,
      applied: true,
    });
    assert.equal((await ask("set", "ingestion", "off"))["applied"], false);
    assert.equal((await ask("get", "ingestion"))["value"], false);
    assert.ok(Array.isArray((await ask("list"))["settings"]));
  });

  const mistakes: readonly (readonly [args: string[], message: RegExp])[] = [
    [["frob"], /no command "frob"/],
    [["constructor"], /no command "constructor"/],
    [["get"], /get takes 1 argument, not 0/],
    [["set", "ingestion"], /set takes 2 arguments, not 1/],
    [["set", "ingestion", "on", "off"], /set takes 2 arguments, not 3/],
    [["get", "ingest"], /no setting "ingest"/],
    [["set", "__proto__", "on"], /no setting "__proto__"/],
    [["unset", "toString"], /no setting "toString"/],
    [["set", "ingestion", "maybe"], /ingestion cannot be "maybe"/],
    [["set", "model", "x/large"], /model cannot be "x\/large"/],
    [["set", "model", "@cf/baai/bge-m3"], /model cannot be "@cf\/baai\/bge-m3"/],
    [["set", "model", "true"], /model cannot be "true"/],
  ];
  for (const [args, message] of mistakes) {
    it(`refuses "${args.join(" ")}" with exit code 2, and says what would do`, async () => {
      await assert.rejects(
        runFlags(place, args, NOW),
        (error: Error & { hints: { fix: string; exitCode: number } }) => {
          assert.match(error.message, message);
          assert.equal(error.hints.exitCode, 2);
          assert.ok(error.hints.fix.length > 10);
          return true;
        },
      );
      assert.equal(await stored(), null);
    });
  }

  it("shows what no Worker uses, and lets it be taken away", async () => {
    await place.keyValues.put(KEY, '{"values":{"model":"x/gone","old":1,"ingestion":false}}');
    const list = await run("list");
    assert.match(list, /\n {2}model +x\/tenant +REFUSED +the model is not a chat model/);
    assert.match(list, /\n {2}old +– +REFUSED +there is no such setting/);
    await run("unset", "old");
    await run("unset", "model");
    assert.deepEqual((await stored())?.values, { ingestion: false });
  });

  it("says so when what is stored cannot be read, and replaces it when something is set", async () => {
    await place.keyValues.put(KEY, "{");
    assert.match(await run("list"), /cannot be read/);
    assert.match(await run("set", "ingestion", "off"), /this replaces all of it/);
    assert.deepEqual((await stored())?.values, { ingestion: false });
  });
});
