import { toPlatformError } from "#base/errors";
import { toBudgets } from "#limits/budget";
import { type Admission, QuotaClient } from "#limits/quota-client";
import { type QuotaNamespace, quotaNamespace, type QuotaStub } from "#limits/quota-calls";
import { RateLimitedError } from "#limits/quota-errors";
import type { RateDemand } from "#limits/quota-message";
import { type QuotaEnv, QuotaObject } from "#limits/quota-object";
import { quotaObjectName } from "#limits/quota-object-name";
import { rateDemands } from "#limits/rate-demands";
import { type AdmitResult, type Command, commandSchema } from "#limits/testing/quota-command";
import type { TenantId } from "#tenancy/tenant-id";
import type * as z from "#base/zod";

interface Env extends QuotaEnv {
  readonly QUOTAS: DurableObjectNamespace<TenantQuota>;
}

/** The quota object with a clock that tests can stop. */
export class TenantQuota extends QuotaObject<Env> {
  #stoppedAtMs: number | undefined;

  protected override nowMs(): number {
    return this.#stoppedAtMs ?? super.nowMs();
  }

  stopClock(nowMs: number | null): void {
    this.#stoppedAtMs = nowMs ?? undefined;
  }
}

type Method = "admit" | "settle" | "usage";

let stoppedAtMs: number | undefined;
let client: QuotaClient | undefined;
let nextId = 0;
const admissions = new Map<string, Admission>();
const faults: Record<Method, "no" | "throw" | "hang" | "lose"> = { admit: "no", settle: "no", usage: "no" };
const stats = { admit: 0, settle: 0, usage: 0, failures: 0 };

/** The real namespace, with calls that can be made to fail. */
function faultyNamespace(env: Env): QuotaNamespace {
  const call = async <Value>(method: Method, act: () => Promise<Value>): Promise<Value> => {
    stats[method]++;
    const fault = faults[method];
    if (fault === "throw") throw new Error("the object failed, as the test wants");
    if (fault === "hang") await new Promise((resolve) => setTimeout(resolve, 5_000));
    const value = await act();
    if (fault === "lose") throw new Error("the answer was lost, as the test wants");
    return value;
  };
  const real = quotaNamespace(env.QUOTAS);
  return {
    getByName: (name): QuotaStub => ({
      admit: (tenantId, message) => call("admit", () => real.getByName(name).admit(tenantId, message)),
      settle: (tenantId, settlements) => call("settle", () => real.getByName(name).settle(tenantId, settlements)),
      usage: (tenantId, message) => call("usage", () => real.getByName(name).usage(tenantId, message)),
    }),
  };
}

type Parsed<Op extends Command["op"]> = Extract<z.output<typeof commandSchema>, { op: Op }>;

async function admit(
  quotas: QuotaClient,
  context: ExecutionContext,
  { tenantId, limits, times, caller, spend, isHere }: Parsed<"admit">,
): Promise<AdmitResult[]> {
  const request = {
    ...(caller === undefined ? {} : { rate: demandsOf(limits, caller) }),
    ...(spend === undefined
      ? {}
      : {
          budget: {
            keyId: spend.keyId,
            modelId: spend.modelId,
            need: spend.need,
            budgets: toBudgets(limits.budgets, limits.enforced),
          },
        }),
    waitUntil: (work: Promise<unknown>) => {
      context.waitUntil(work);
    },
  };
  return Promise.all(Array.from({ length: times }, () => admitOne(quotas, tenantId, request, isHere)));
}

function demandsOf(limits: Parsed<"admit">["limits"], { ip, principalId }: Parsed<"learn">["caller"]): RateDemand[] {
  return rateDemands(limits, { ip, ...(principalId === undefined ? {} : { principalId }) });
}

async function admitOne(
  quotas: QuotaClient,
  tenantId: TenantId,
  request: Parameters<QuotaClient["admit"]>[1],
  isHere: boolean,
): Promise<AdmitResult> {
  const id = String(nextId++);
  try {
    const admission = isHere ? quotas.admitHere(tenantId, request) : await quotas.admit(tenantId, request);
    if (admission === undefined) return { ok: false, isOpen: true, id, headers: {} };
    admissions.set(id, admission);
    const { headers, exceeded } = admission;
    return { ok: true, id, headers, exceeded: exceeded.length };
  } catch (thrown) {
    const { code, message, headers } = toPlatformError(thrown);
    const refusal = thrown instanceof RateLimitedError ? { refusal: thrown.refusal } : {};
    return { ok: false, id, headers, code, message, ...refusal };
  }
}

async function run(command: z.output<typeof commandSchema>, env: Env, context: ExecutionContext): Promise<unknown> {
  client ??= new QuotaClient(faultyNamespace(env), {
    clock: { nowMs: () => stoppedAtMs ?? Date.now() },
    reportFailure: () => stats.failures++,
  });
  switch (command.op) {
    case "admit":
      return admit(client, context, command);
    case "learn":
      client.learnRefusal(command.tenantId, demandsOf(command.limits, command.caller), command.refusal);
      return "learned";
    case "settle":
      for (const id of command.ids) admissions.get(id)?.settle(command.actual);
      return "settled";
    case "usage": {
      const { tenantId, limits, keyId } = command;
      const rate = rateDemands(limits, { principalId: keyId, ip: "192.0.2.1" });
      return client.usage(tenantId, { rate, budgets: toBudgets(limits.budgets, limits.enforced), keyId });
    }
    case "clock":
      stoppedAtMs = command.nowMs ?? undefined;
      await env.QUOTAS.getByName(quotaObjectName(command.tenantId)).stopClock(command.nowMs);
      return "set";
    case "fail":
      faults[command.on] = command.how;
      return "set";
    case "stats": {
      const seen = { ...stats };
      Object.assign(stats, { admit: 0, settle: 0, usage: 0, failures: 0 });
      return seen;
    }
    case "trespass": {
      const object = env.QUOTAS.getByName(quotaObjectName(command.of));
      const message = { demands: [], budgets: [], keyId: "k", settlements: [] };
      return Promise.all([
        object.admit(command.as, {}).then(({ outcome }) => outcome),
        object.settle(command.as, []).then(({ isOwnTenant }) => isOwnTenant),
        object.usage(command.as, message).then((report) => report ?? null),
      ]);
    }
  }
}

export default {
  async fetch(request, env, context) {
    const command = commandSchema.parse(await request.json());
    return Response.json((await run(command, env, context)) ?? null);
  },
} satisfies ExportedHandler<Env>;
