import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { authorize, findToken, type TokenRecord } from "../accounts/token-record.js";
import type { RequestBudget } from "../accounts/request-budget.js";
import type { Fault, FaultPlan } from "../faults/fault-plan.js";
import { ApiError, refusals } from "./api-error.js";
import { type ApiRequest, readRequest } from "./api-request.js";
import { encodeAnswer, encodeError, type HttpAnswer } from "./envelope.js";
import type { Method, RouteMatch } from "./route.js";

/** A call that the API has answered, or left without an answer. */
export interface ApiCall {
  readonly method: string;
  /** Without `/client/v4`, with the query. */
  readonly path: string;
  /** 0: no answer. */
  readonly status: number;
  readonly fault: Fault["kind"] | undefined;
  /** Whether what was asked for was done. */
  readonly isDone: boolean;
}

export interface ApiOptions {
  readonly match: (method: Method, path: string) => RouteMatch | undefined;
  readonly tokens: () => readonly TokenRecord[];
  readonly budget: RequestBudget;
  readonly faults: FaultPlan;
  readonly nowMs: () => number;
  /** Hears each call before it is answered; a test that kills its client does it here. */
  readonly onCall: (call: ApiCall) => void;
}

/** Answers one call of the API: fault or not, credential, budget, route, envelope. */
export async function answerApi(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: ApiOptions,
): Promise<void> {
  const request = await readRequest(incoming);
  const fault = options.faults.next(request.method, request.path);
  if (fault?.kind === "delay") await sleep(fault.delayMs ?? 1_000);
  const isCarriedOut = fault?.kind !== "refuse" && fault?.kind !== "hang";
  const answer = isCarriedOut ? await carryOut(request, options) : undefined;
  const sent = faultyAnswer(fault) ?? answer;
  options.onCall({
    method: request.method,
    path: request.path + (request.query.size === 0 ? "" : `?${request.query.toString()}`),
    status: fault?.kind === "hang" || fault?.kind === "cut" ? 0 : (sent?.status ?? 0),
    fault: fault?.kind,
    isDone: answer !== undefined && answer.status < 400,
  });
  if (fault?.kind === "hang") return;
  if (fault?.kind === "cut" || sent === undefined) outgoing.destroy();
  else outgoing.writeHead(sent.status, sent.headers).end(sent.body);
}

async function carryOut(request: ApiRequest, options: ApiOptions): Promise<HttpAnswer> {
  try {
    const found = options.match(request.method as Method, request.path);
    if (found === undefined) throw refusals.noRoute(request.method, request.path);
    const { route, params } = found;
    const account = params["account"] ?? "";
    const token = credential(request, options, route.permission === "none");
    if (token !== undefined && route.permission !== "none")
      authorize(token, account, route.permission, options.nowMs());
    const budgetHeaders = token === undefined ? {} : options.budget.take(token.token, options.nowMs());
    const answer = encodeAnswer(await route.handle(request, { params, account, token }));
    return { ...answer, headers: { ...budgetHeaders, ...answer.headers } };
  } catch (error) {
    if (error instanceof ApiError) return encodeError(error);
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return encodeError(new ApiError(500, 10_013, `the simulator failed: ${reason}`));
  }
}

function credential(request: ApiRequest, options: ApiOptions, isOptional: boolean): TokenRecord | undefined {
  const tokens = options.tokens();
  const { authorization } = request.headers;
  if (isOptional && !tokens.some(({ token }) => authorization === `Bearer ${token}`)) return undefined;
  return findToken(tokens, authorization);
}

/** What is answered instead of the truth. */
function faultyAnswer(fault: Fault | undefined): HttpAnswer | undefined {
  if (fault?.kind !== "refuse" && fault?.kind !== "lose") return undefined;
  const { status = 500, retryAfterSeconds } = fault;
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return encodeError(new ApiError(status, status === 429 ? 971 : 10_001, "an injected fault", headers));
}
