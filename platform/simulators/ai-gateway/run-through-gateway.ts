import type { GatewayLogObject } from "./gateway-log-object.js";
import {
  type GatewayOptions,
  GatewayRefusal,
  gatewayErrorResponse,
  gatewayLimits,
  parseGatewayOptions,
} from "./gateway-options.js";
import { newLogId } from "./log-id.js";
import type { PendingLogs } from "./pending-logs.js";

/** The object that keeps a Worker's logs and cached answers. */
export type GatewayLogs = DurableObjectStub<GatewayLogObject>;

/** What the gateway reads of a call, and what it notes on it. */
export interface GatewayCall {
  readonly model: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly call: {
    readonly finished: boolean;
    tokensIn?: number;
    tokensOut?: number;
    logId?: string;
    cacheStatus?: "HIT" | "MISS";
  };
  readonly onEnd: () => void;
}

export interface GatewayContext {
  /** The `gateway` option of the call, as it came. */
  readonly options: unknown;
  readonly run: GatewayCall;
  /** Settled when nothing more of the answer will come. */
  readonly ended: Promise<unknown>;
  readonly logs: GatewayLogs;
  readonly pendingLogs: PendingLogs;
  /** Gateways that exist. Absent: every name is one. */
  readonly gateways: readonly string[] | undefined;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/**
 * Runs a model call through a gateway: answers from its cache if it can, gives the call a log id of its own and keeps
 * a log, which a stream completes when it ends.
 */
export async function runThroughGateway(context: GatewayContext, answer: () => Promise<Response>): Promise<Response> {
  const { run, gateways } = context;
  let options: GatewayOptions;
  try {
    options = parseGatewayOptions(context.options, gateways);
  } catch (error) {
    if (!(error instanceof GatewayRefusal)) throw error;
    run.onEnd();
    return gatewayErrorResponse(error);
  }
  const logId = newLogId(Date.now(), (bytes) => crypto.getRandomValues(bytes));
  run.call.logId = logId;
  const startedAt = Date.now();
  const response = await answerOrCached(context, options, answer);
  response.headers.set("cf-aig-log-id", logId);
  response.headers.set("cf-aig-step", "0");
  if (run.call.cacheStatus !== undefined) response.headers.set("cf-aig-cache-status", run.call.cacheStatus);
  if (options.collectLog) context.waitUntil(keepLog(context, options, { logId, startedAt, status: response.status }));
  return response;
}

async function answerOrCached(
  { run, logs }: GatewayContext,
  options: GatewayOptions,
  answer: () => Promise<Response>,
): Promise<Response> {
  // A streamed answer is not cached: it would have to be held back until it is whole.
  if (options.cacheTtlSeconds === 0 || run.inputs["stream"] === true) return answer();
  const request = JSON.stringify([run.model, run.inputs]);
  const key = `${options.id}:${options.cacheKey ?? (await digest(request))}`;
  const hit = await logs.cached(key, Date.now());
  run.call.cacheStatus = hit === undefined ? "MISS" : "HIT";
  if (hit !== undefined) {
    run.onEnd();
    return new Response(hit.body, { headers: { "content-type": hit.contentType } });
  }
  const response = await answer();
  if (!response.ok || request.length > gatewayLimits.maxCacheableBytes) return response;
  const contentType = response.headers.get("content-type") ?? "application/json";
  const body = await response.arrayBuffer();
  await logs.cache(key, { body, contentType }, Date.now() + options.cacheTtlSeconds * 1_000);
  return new Response(body, response);
}

/** Keeps the log at once, so that it can be read as soon as the caller has its id, and completes it at the end. */
async function keepLog(
  { run, ended, logs, pendingLogs }: GatewayContext,
  options: GatewayOptions,
  { logId, startedAt, status }: { logId: string; startedAt: number; status: number },
): Promise<void> {
  const add = (): void =>
    pendingLogs.add({
      id: logId,
      gateway: options.id,
      provider: "workers-ai",
      model: run.model,
      path: run.model,
      request_type: "",
      status_code: status,
      success: status < 400,
      cached: run.call.cacheStatus === "HIT",
      metadata: options.metadata,
      step: 0,
      created_at: new Date(startedAt).toISOString(),
      duration: Date.now() - startedAt,
      tokens_in: run.call.tokensIn ?? 0,
      tokens_out: run.call.tokensOut ?? 0,
    });
  add();
  await Promise.all([
    pendingLogs.writeSoon(logs),
    ended.then(() => {
      add();
      return pendingLogs.writeSoon(logs);
    }),
  ]);
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
