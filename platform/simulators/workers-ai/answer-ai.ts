import { answerGatewayApi } from "#simulators/ai-gateway/answer-gateway-api";
import { pendingLogsOf } from "#simulators/ai-gateway/pending-logs";
import { type GatewayLogs, runThroughGateway } from "#simulators/ai-gateway/run-through-gateway";
import type { AiProps } from "#simulators/contract/binding-props";
import type { CallJournal, RunningCall } from "./call-journal.js";
import { AiRefusal, errorResponse } from "./errors.js";
import { modelCatalog } from "./model-catalog.js";
import type { ModelRun } from "./model-run.js";
import { runModel } from "./run-model.js";

export interface AiContext {
  readonly props: AiProps;
  readonly logs: GatewayLogs;
  readonly journal: CallJournal;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Answers what the runtime's `Ai` class sends: model runs, gateway logs and addresses, the model list. */
export async function answerAi(request: Request, context: AiContext): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/run" || pathname === "/ai-gateway/run") return answerRun(request, context);
  const gatewayAnswer = await answerGatewayApi(request, context.logs, pendingLogsOf(context.props.worker));
  if (gatewayAnswer !== undefined) return gatewayAnswer;
  if (pathname === "/ai-api/models/search") return Response.json({ success: true, result: modelList() });
  const errors = [{ code: 7000, message: `No route for that URI: ${pathname}` }];
  return Response.json({ success: false, errors }, { status: 404 });
}

async function answerRun(request: Request, context: AiContext): Promise<Response> {
  const model = request.headers.get("cf-consn-model-id") ?? "";
  const { inputs, options } = await readBody(request);
  const { props, journal } = context;
  const headers = Object.fromEntries(
    [...request.headers].filter(([name]) => name.startsWith("cf-aig-") || name.startsWith("x-")),
  );
  const asked = { worker: props.worker, model, inputs };
  const call = journal.start({ ...asked, options, headers }, Date.now());
  const ended = Promise.withResolvers<undefined>();
  const run: ModelRun = {
    model,
    inputs,
    options: props.model,
    behaviour: journal.takeBehaviour(asked),
    call,
    onEnd: () => {
      call.finished = true;
      ended.resolve(undefined);
    },
    waitUntil: context.waitUntil,
  };
  const response = await answerCall(run, options, context, ended.promise);
  call.status = response.status;
  response.headers.set("cf-ai-req-id", crypto.randomUUID());
  return response;
}

async function answerCall(
  run: ModelRun,
  options: Readonly<Record<string, unknown>>,
  { props, logs, waitUntil }: AiContext,
  ended: Promise<unknown>,
): Promise<Response> {
  const answer = (): Promise<Response> => runOrRefuse(run);
  if (options["gateway"] === undefined || options["gateway"] === null) return answer();
  try {
    const pendingLogs = pendingLogsOf(props.worker);
    const { gateways } = props.model;
    return await runThroughGateway(
      { options: options["gateway"], run, ended, logs, pendingLogs, gateways, waitUntil },
      answer,
    );
  } catch (error) {
    return refuse(run.call, run.onEnd, error);
  }
}

async function runOrRefuse(run: ModelRun): Promise<Response> {
  try {
    return await runModel(run);
  } catch (error) {
    return refuse(run.call, run.onEnd, error);
  }
}

function refuse(call: RunningCall, onEnd: () => void, error: unknown): Response {
  if (!(error instanceof AiRefusal)) throw error;
  call.status = error.status;
  onEnd();
  return errorResponse(error);
}

/** The class sends `{inputs, options}`, or a raw stream with its inputs in the address. */
async function readBody(request: Request) {
  const isJson = request.headers.get("content-type") === "application/json";
  const body: unknown = isJson ? await request.json() : {};
  const { inputs, options } = body as { inputs?: Record<string, unknown>; options?: Record<string, unknown> };
  return { inputs: inputs ?? {}, options: options ?? {} };
}

function modelList(): unknown[] {
  return modelCatalog.map(({ id, task }) => ({
    id,
    name: id,
    source: 1,
    description: "",
    task: { id: task, name: task, description: "" },
    tags: [],
    properties: [],
  }));
}
