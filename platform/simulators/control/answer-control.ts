import type { SimulatorEnv } from "../plugin/simulator-env.js";
import type { ControlRequest } from "./contract.js";
import { callJournal } from "./call-journal.js";

/** Answers a message of {@link SimulatorControl}. Only the runtime's control Worker has the binding that leads here. */
export async function answerControl(request: Request, env: SimulatorEnv): Promise<Response> {
  return Response.json((await run((await request.json()) as ControlRequest, env)) ?? null);
}

async function run(message: ControlRequest, env: SimulatorEnv): Promise<unknown> {
  switch (message.op) {
    case "plan":
      return callJournal.plan(message.plan);
    case "reset":
      return callJournal.reset();
    case "modelCalls":
      return callJournal.calls();
    case "gatewayLogs":
      return env.GATEWAY_LOGS.get(env.GATEWAY_LOGS.idFromName(message.worker)).list(message.gateway);
    case "analyticsPoints":
      return env.ANALYTICS.get(env.ANALYTICS.idFromName(message.worker)).list(message.dataset);
  }
}
