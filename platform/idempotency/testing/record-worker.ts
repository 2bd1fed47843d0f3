import { sha256Hex } from "#base/digest";
import { toPlatformError } from "#base/errors";
import { AnswerOnce } from "#idempotency/answer-once";
import { type RecordAddress, recordName } from "#idempotency/record-name";
import { type IdempotencyEnv, IdempotencyRecord as RealRecord } from "#idempotency/record-object";
import { commandSchema, type Holding, type Stats } from "#idempotency/testing/record-command";
import type { TenantId } from "#tenancy/tenant-id";
import type * as z from "#base/zod";

interface Env extends IdempotencyEnv {
  readonly IDEMPOTENCY: DurableObjectNamespace<IdempotencyRecord>;
}

type Parsed<Op extends z.output<typeof commandSchema>["op"]> = Extract<z.output<typeof commandSchema>, { op: Op }>;

let offsetMs = 0;
let failing: "none" | "begin" | "end" = "none";
const openGates = new Set<string>();
const stats = { answers: 0, failures: 0 };

/** The record with a clock that tests can move, and a window into its storage. */
export class IdempotencyRecord extends RealRecord {
  protected override nowMs(): number {
    return Date.now() + offsetMs;
  }

  async look(): Promise<Holding> {
    const alarmMs = await this.ctx.storage.getAlarm();
    return {
      records: this.#count("record"),
      chunks: this.#count("body"),
      ...(alarmMs === null ? {} : { alarmInMs: alarmMs - this.nowMs() }),
    };
  }

  renewRunning(tenantId: TenantId, address: RecordAddress): void {
    const { claim_id } = this.ctx.storage.sql.exec<{ claim_id: string }>("SELECT claim_id FROM record").one();
    this.renew(tenantId, address, claim_id);
  }

  #count(table: "record" | "body"): number {
    return this.ctx.storage.sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`).one().n;
  }
}

/** The real namespace, with calls that can be made to fail. */
function faultyRecords(env: Env): IdempotencyEnv["IDEMPOTENCY"] {
  const getByName = (name: string) =>
    new Proxy(env.IDEMPOTENCY.getByName(name), {
      get(stub, method) {
        if (method === failing) return () => Promise.reject(new Error("the record failed, as the test wants"));
        return Reflect.get(stub, method) as unknown;
      },
    });
  return new Proxy<IdempotencyEnv["IDEMPOTENCY"]>(env.IDEMPOTENCY, {
    get: (namespace, member) => (member === "getByName" ? getByName : (Reflect.get(namespace, member) as unknown)),
  });
}

async function addressOf(key: string): Promise<RecordAddress> {
  return { principalId: "ada", route: "/ask", keyDigest: await sha256Hex(key) };
}

async function answer(command: Parsed<"answer">, env: Env, context: ExecutionContext): Promise<Response> {
  const { tenantId, key, content } = command;
  const request = {
    key,
    principalId: "ada",
    route: "/ask",
    content: new TextEncoder().encode(content),
    hasFailed: () => false,
    waitUntil: (work: Promise<unknown>) => context.waitUntil(work),
    reportFailure: () => stats.failures++,
  };
  try {
    return await new AnswerOnce(faultyRecords(env)).run(tenantId, request, () => makeAnswer(command));
  } catch (thrown) {
    const { code, status, message, headers } = toPlatformError(thrown);
    return Response.json({ code, message }, { status, headers });
  }
}

async function makeAnswer({ say, sizeBytes, status, contentType, gate }: Parsed<"answer">): Promise<Response> {
  stats.answers++;
  while (gate !== undefined && !openGates.has(gate)) await new Promise((resolve) => setTimeout(resolve, 5));
  return new Response(say.padEnd(sizeBytes, "."), { status, headers: { "content-type": contentType, "x-say": say } });
}

async function run(command: z.output<typeof commandSchema>, env: Env): Promise<unknown> {
  switch (command.op) {
    case "answer":
      throw new Error("is answered by itself");
    case "open":
      openGates.add(command.gate);
      return "open";
    case "clock":
      offsetMs = command.offsetMs;
      return "set";
    case "fail":
      failing = command.method;
      return "set";
    case "look":
      return env.IDEMPOTENCY.getByName(recordName(command.tenantId, await addressOf(command.key))).look();
    case "renew": {
      const address = await addressOf(command.key);
      await env.IDEMPOTENCY.getByName(recordName(command.tenantId, address)).renewRunning(command.tenantId, address);
      return "renewed";
    }
    case "trespass": {
      const address = await addressOf(command.key);
      const reply = await env.IDEMPOTENCY.getByName(recordName(command.of, address)).begin(command.as, address, "x");
      return reply.verdict;
    }
    case "stats": {
      const seen: Stats = { ...stats };
      Object.assign(stats, { answers: 0, failures: 0 });
      return seen;
    }
  }
}

export default {
  async fetch(request, env, context) {
    const command = commandSchema.parse(await request.json());
    if (command.op === "answer") return answer(command, env, context);
    return Response.json(await run(command, env));
  },
} satisfies ExportedHandler<Env>;
