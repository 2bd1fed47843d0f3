import { pendingLogsOf } from "#simulators/ai-gateway/pending-logs";
import type { ControlRequest } from "#simulators/contract/control-messages";
import { callJournal } from "#simulators/workers-ai/call-journal";
import type { SimulatorEnv } from "./simulator-env.js";

/** Answers a message of {@link SimulatorControl}. Only the runtime's control Worker has the binding that leads here. */
export async function answerControl(request: Request, env: SimulatorEnv): Promise<Response> {
  return Response.json((await run(await request.json<ControlRequest>(), env)) ?? null);
}

async function run(message: ControlRequest, env: SimulatorEnv): Promise<unknown> {
  switch (message.op) {
    case "plan":
      callJournal.plan(message.plan);
      return undefined;
    case "reset":
      callJournal.reset();
      return undefined;
    case "modelCalls":
      return callJournal.calls();
    case "gatewayLogs": {
      const logs = env.GATEWAY_LOGS.getByName(message.worker);
      await pendingLogsOf(message.worker).write(logs);
      return logs.list(message.gateway);
    }
    case "analyticsPoints":
      return env.ANALYTICS.getByName(message.worker).list(message.dataset);
  }
}
