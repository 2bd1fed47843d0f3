import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as z from "#base/zod";

import { canonicalJson } from "#base/canonical-json";
import { sha256Hex } from "#base/digest";
import { PlatformError } from "#base/errors";
import { MAX_RESULT_BYTES } from "#llm-tools/check-values";
import { offerTools } from "#llm-tools/offer-tools";
import { toRegistry } from "#llm-tools/registry";
import { runTool, type ToolCall } from "#llm-tools/run-tool";
import { acme, callOf, keyWith, probeHost } from "#llm-tools/testing/probe-host";
import { defineTool, type Tool } from "#llm-tools/tool";
import type { AuditEntry } from "#storage/audit-log";
import type { ToolContext } from "#llm-tools/tool-context";

const toolThat = (
  run: (input: { readonly text?: string | undefined }, context: ToolContext) => Promise<{ text: string }>,
  more: Partial<Pick<Tool, "name" | "effect" | "scopes" | "timeoutMs">> = {},
): Tool =>
  defineTool({
    name: "probe",
    description: "For tests.",
    input: z.strictObject({ text: z.optional(z.string().check(z.maxLength(10))) }),
    output: z.strictObject({ text: z.string() }),
    effect: "reads",
    scopes: [],
    timeoutMs: 5_000,
    returnsStoredText: false,
    ...more,
    run: (_, input, context) => run(input, context),
  });
const echo = toolThat(({ text = "" }) => Promise.resolve({ text }));
const writer = toolThat(() => Promise.resolve({ text: "written" }), { name: "writer", effect: "writes" });

describe("the dispatcher", () => {
  const attempt = async (host: ReturnType<typeof probeHost>, call: ToolCall): Promise<string> => {
    try {
      await runTool(acme, host, call);
      return "ok";
    } catch (error) {
      assert.ok(error instanceof PlatformError, String(error));
      return error.code;
    }
  };

  it("tells a tool that its bundle leaves out from one that nobody knows", async () => {
    const host = { ...probeHost([echo], { config: { enabled: undefined } }), tools: toRegistry([echo], ["writer"]) };
    assert.equal(await attempt(host, callOf("writer", {})), "tool_forbidden");
    assert.equal(await attempt(host, callOf("nobody", {})), "tool_not_found");
    assert.deepEqual([...host.tools.keys()], ["probe", "writer"]);
  });

  it("runs a tool and records it, without any of its contents", async () => {
    const host = probeHost([echo]);
    const run = await runTool(acme, host, callOf("probe", { text: "hello" }));
    assert.deepEqual(run.result, { text: "hello" });
    assert.equal(run.usage, undefined);
    const [record] = host.records;
    assert.deepEqual(
      { ...record, atMs: 0, durationMs: 0 },
      {
        atMs: 0,
        durationMs: 0,
        traceId: "trace-1",
        principal: "key_1",
        tool: "probe",
        door: "execute",
        argumentsSha256: await sha256Hex('{"text":"hello"}'),
        outcome: "ok",
        taint: "none",
      },
    );
  });

  it("digests equal arguments equally, whatever the order of their keys", async () => {
    const host = probeHost([echo]);
    await attempt(host, callOf("probe", { b: 1, a: { d: 2, c: 3 } }));
    await attempt(host, callOf("probe", { a: { c: 3, d: 2 }, b: 1 }));
    assert.equal(host.records[0]?.argumentsSha256, host.records[1]?.argumentsSha256);
    assert.equal(host.records[0]?.argumentsSha256, await sha256Hex(canonicalJson({ a: { c: 3, d: 2 }, b: 1 })));
  });

  const refusals: readonly (readonly [what: string, call: ToolCall, code: string, outcome: string])[] = [
    ["a tool that is not there", callOf("missing", {}), "tool_not_found", "denied"],
    ["a tool called constructor", callOf("constructor", {}), "tool_not_found", "denied"],
    ["a caller without a scope", callOf("probe", {}, { principal: keyWith("chat") }), "tool_forbidden", "denied"],
    [
      "a scope for another tool",
      callOf("probe", {}, { principal: keyWith("tools:writer") }),
      "tool_forbidden",
      "denied",
    ],
    [
      "admin, which is no scope for tools",
      callOf("probe", {}, { principal: keyWith("admin") }),
      "tool_forbidden",
      "denied",
    ],
    ["arguments that are too long", callOf("probe", { text: "x".repeat(11) }), "invalid_request", "failed"],
    ["an unknown argument", callOf("probe", { extra: 1 }), "invalid_request", "failed"],
    ["arguments that are no object", callOf("probe", [1]), "invalid_request", "failed"],
    ["a hostile key", callOf("probe", JSON.parse('{"__proto__":{"text":"x"}}')), "invalid_request", "failed"],
    ["a model that wants to write", callOf("writer", {}, { door: "chat", taint: "model" }), "tool_forbidden", "denied"],
    [
      "a model of a stranger that wants to write",
      callOf("writer", {}, { door: "completions", taint: "retrieved" }),
      "tool_forbidden",
      "denied",
    ],
  ];
  for (const [what, call, code, outcome] of refusals) {
    it(`refuses ${what}, and records it`, async () => {
      const host = probeHost([echo, writer]);
      assert.equal(await attempt(host, call), code);
      assert.deepEqual([host.records[0]?.outcome, host.records[0]?.code], [outcome, code]);
    });
  }

  it("records a name that nobody could have chosen as such, not as it was sent", async () => {
    const host = probeHost([]);
    await attempt(host, callOf("x\n'; DROP TABLE", {}));
    assert.equal(host.records[0]?.tool, "(malformed)");
  });

  it("asks a caller without a key for one, and one with a key for the scope", async () => {
    const stranger = { ...keyWith("chat"), kind: "anonymous" } as const;
    assert.equal(await attempt(probeHost([echo]), callOf("probe", {}, { principal: stranger })), "unauthenticated");
  });

  it("offers a model only what its caller may use, and says so before any model is asked", () => {
    const host = probeHost([echo, writer]);
    assert.deepEqual(offerTools(host, keyWith("tools:probe"), ["probe", "probe"]), ["probe"]);
    for (const [wanted, code] of [
      ["writer", "tool_forbidden"],
      ["nobody", "tool_not_found"],
    ] as const)
      assert.throws(() => offerTools(host, keyWith("tools:probe"), ["probe", wanted]), { code });
  });

  it("lets a model write what a person has approved, and a caller whatever it has the scope for", async () => {
    const host = probeHost([writer]);
    assert.equal(
      await attempt(host, callOf("writer", {}, { door: "chat", taint: "model", approvedBy: "key_2" })),
      "ok",
    );
    assert.equal(await attempt(host, callOf("writer", {}, { principal: keyWith("tools:writer") })), "ok");
    assert.equal(await attempt(host, callOf("writer", {}, { door: "mcp" })), "ok");
  });

  it("without a list of the tenant's has the tools that read and not those that write", async () => {
    const host = probeHost([echo, writer], { config: { enabled: undefined } });
    assert.equal(await attempt(host, callOf("probe", {})), "ok");
    assert.equal(await attempt(host, callOf("writer", {})), "tool_forbidden");
  });

  it("stops a tool at its time, tells it so, and records a timeout", async () => {
    let stopped: unknown;
    const slow = toolThat(
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            stopped = signal.reason;
            reject(new Error("I was told to stop"));
          });
        }),
    );
    const host = probeHost([slow]);
    const startedMs = Date.now();
    assert.equal(await attempt(host, callOf("probe", {}, { timeoutMs: 30 })), "tool_timeout");
    assert.ok(Date.now() - startedMs < 1_000);
    assert.equal((stopped as PlatformError).code, "tool_timeout");
    assert.equal(host.records[0]?.outcome, "timeout");
  });

  it("does not wait for a tool that heeds nothing", async () => {
    const host = probeHost([toolThat(() => new Promise(() => undefined), { timeoutMs: 30 })]);
    assert.equal(await attempt(host, callOf("probe", {}, { timeoutMs: 60_000 })), "tool_timeout");
  });

  it("stops when the caller leaves", async () => {
    const leaving = new AbortController();
    let wasAborted = false;
    const slow = toolThat(
      (_, { signal }) => new Promise(() => signal.addEventListener("abort", () => (wasAborted = true))),
    );
    const host = probeHost([slow]);
    const context = { traceId: "t", route: "/tools/execute", signal: leaving.signal };
    const run = runTool(acme, host, callOf("probe", {}, { context }));
    leaving.abort();
    await assert.rejects(run, { name: "AbortError" });
    assert.equal(wasAborted, true);
    assert.deepEqual([host.records[0]?.outcome, host.records[0]?.code], ["failed", "cancelled"]);
  });

  it("ends what a tool has left behind", async () => {
    let signal: AbortSignal | undefined;
    const leaves = toolThat((_, context) => {
      signal = context.signal;
      return Promise.resolve({ text: "" });
    });
    await runTool(acme, probeHost([leaves]), callOf("probe", {}));
    assert.equal(signal?.aborted, true);
  });

  it("passes on why a tool failed, and nothing of a defect", async () => {
    const fails = toolThat(() => Promise.reject(new PlatformError("tool_failed", "The moon is not full.")));
    const throws = toolThat(() => Promise.reject(new Error("secret detail")));
    const sync = toolThat(() => {
      throw new Error("secret detail");
    });
    await assert.rejects(runTool(acme, probeHost([fails]), callOf("probe", {})), /moon/);
    for (const tool of [throws, sync]) {
      const host = probeHost([tool]);
      await assert.rejects(runTool(acme, host, callOf("probe", {})), /secret detail/);
      assert.deepEqual([host.records[0]?.outcome, host.records[0]?.code], ["failed", "internal"]);
    }
  });

  it("gives no result that its schema refuses or that is too large", async () => {
    const wrong = toolThat(() => Promise.resolve({ text: 1 } as unknown as { text: string }));
    assert.equal(await attempt(probeHost([wrong]), callOf("probe", {})), "internal");
    const large = toolThat(() => Promise.resolve({ text: "é".repeat(MAX_RESULT_BYTES / 2) }));
    assert.equal(await attempt(probeHost([large]), callOf("probe", {})), "tool_failed");
    const fitting = toolThat(() => Promise.resolve({ text: "é".repeat(MAX_RESULT_BYTES / 2 - 10) }));
    assert.equal(await attempt(probeHost([fitting]), callOf("probe", {})), "ok");
  });

  it("withholds a result that could not be recorded", async () => {
    const host = probeHost([echo], { auditFails: true });
    await assert.rejects(runTool(acme, host, callOf("probe", { text: "x" })), /withheld/);
  });

  describe("before a tool changes anything", () => {
    const failingLog = (host: ReturnType<typeof probeHost>, failsAt: number) => {
      let asked = 0;
      const append: typeof host.audit.append = (tenantId, entry) =>
        ++asked === failsAt ? Promise.reject(new Error("D1 is down")) : host.audit.append(tenantId, entry);
      return { ...host, audit: { ...host.audit, append } };
    };

    it("records that it starts, and at its end which start that was", async () => {
      let seen: readonly AuditEntry[] = [];
      const host: ReturnType<typeof probeHost> = probeHost([
        toolThat(
          () => {
            seen = [...host.records];
            return Promise.resolve({ text: "" });
          },
          { name: "writer", effect: "writes" },
        ),
        echo,
      ]);
      const call = callOf("writer", { text: "x" }, { door: "chat", taint: "model", approvedBy: "key_2" });
      assert.equal(await attempt(host, call), "ok");
      const { outcome, durationMs, approvedBy, argumentsSha256, startSeq } = seen[0] ?? assert.fail("nothing");
      assert.deepEqual(
        [outcome, durationMs, approvedBy, argumentsSha256, startSeq],
        ["started", 0, "key_2", await sha256Hex('{"text":"x"}'), undefined],
      );
      assert.deepEqual(
        host.records.map((record) => [record.outcome, record.startSeq]),
        [
          ["started", undefined],
          ["ok", 1],
        ],
      );
      await attempt(host, callOf("probe", {}));
      assert.equal(host.records.length, 3, "what only reads has one record");
    });

    it("records no start of what is refused", async () => {
      const host = probeHost([writer]);
      await attempt(host, callOf("writer", {}, { door: "chat", taint: "model" }));
      await attempt(host, callOf("writer", { extra: 1 }));
      await attempt(host, callOf("writer", {}, { principal: keyWith("chat") }));
      assert.ok(host.records.every(({ outcome, startSeq }) => outcome !== "started" && startSeq === undefined));
    });

    it("does not run it when the start cannot be recorded, and says so", async () => {
      let runs = 0;
      const counted = toolThat(() => Promise.resolve({ text: `${++runs}` }), { name: "writer", effect: "writes" });
      const host = probeHost([counted]);
      await assert.rejects(runTool(acme, failingLog(host, 1), callOf("writer", {})), {
        code: "unavailable",
        message: /did not run and nothing was changed/,
      });
      assert.equal(runs, 0);
      assert.deepEqual(
        host.records.map(({ outcome, code }) => [outcome, code]),
        [["denied", "unavailable"]],
      );
    });

    it("leaves the record of the start when the end cannot be recorded, or never comes", async () => {
      const host = probeHost([writer]);
      await assert.rejects(runTool(acme, failingLog(host, 2), callOf("writer", {})), /withheld/);
      const runs = Promise.withResolvers<undefined>();
      const endless = toolThat(
        () => {
          runs.resolve(undefined);
          return new Promise(() => undefined);
        },
        { name: "writer", effect: "writes", timeoutMs: 30 },
      );
      const dies = probeHost([endless]);
      void runTool(acme, dies, callOf("writer", {})).catch(() => undefined);
      await runs.promise;
      for (const { records } of [host, dies])
        assert.deepEqual(
          records.map(({ outcome }) => outcome),
          ["started"],
        );
    });

    it("runs nothing for a caller who leaves while it is recorded", async () => {
      const leaving = new AbortController();
      let runs = 0;
      const counted = toolThat(() => Promise.resolve({ text: `${++runs}` }), { name: "writer", effect: "writes" });
      const host = probeHost([counted]);
      const append: typeof host.audit.append = (tenantId, entry) => {
        leaving.abort();
        return host.audit.append(tenantId, entry);
      };
      const context = { traceId: "t", route: "/tools/execute", signal: leaving.signal };
      const call = callOf("writer", {}, { context });
      await assert.rejects(runTool(acme, { ...host, audit: { ...host.audit, append } }, call), { name: "AbortError" });
      assert.equal(runs, 0);
      assert.deepEqual([host.records[1]?.code, host.records[1]?.startSeq], ["cancelled", 1]);
    });
  });

  it("adds up what a tool's models used, and hands on its progress", async () => {
    const busy = toolThat((_, { addUsage, report }) => {
      addUsage({ tokensIn: 5, tokensOut: 1, isEstimate: false });
      report({ done: 1, total: 2 });
      addUsage({ tokensIn: 7, tokensOut: 2, isEstimate: true });
      return Promise.resolve({ text: "" });
    });
    const seen: unknown[] = [];
    const run = await runTool(acme, probeHost([busy]), callOf("probe", {}, { onProgress: (p) => seen.push(p) }));
    assert.deepEqual(run.usage, { tokensIn: 12, tokensOut: 3, isEstimate: true });
    assert.deepEqual(seen, [{ done: 1, total: 2 }]);
  });
});

describe("defineTool", () => {
  const spec = {
    description: "For tests.",
    output: z.strictObject({}),
    effect: "reads",
    scopes: [],
    timeoutMs: 1,
    returnsStoredText: false,
    run: () => ({}),
  } as const;

  it("refuses a name that cannot be a scope, and an input that takes unknown keys", () => {
    assert.throws(
      () => defineTool({ ...spec, name: "Bad-Name", input: z.strictObject({}) }),
      (error: Error) => String(error.cause).includes("cannot be"),
    );
    assert.throws(
      () => defineTool({ ...spec, name: "loose", input: z.object({}) }),
      (error: Error) => String(error.cause).includes("strictObject"),
    );
    assert.throws(
      () => defineTool({ ...spec, name: "loose", input: z.looseObject({}) }),
      (error: Error) => String(error.cause).includes("strictObject"),
    );
  });

  it("lets no two tools have one name", () => {
    assert.throws(
      () => probeHost([echo, echo]),
      (error: Error) => String(error.cause).includes("two tools are called probe"),
    );
  });
});
