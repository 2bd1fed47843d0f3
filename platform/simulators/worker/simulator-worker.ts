/**
 * The inside half of the simulators: one Worker in the same workerd as the product, which answers the HTTP that the
 * runtime's own `Ai` and `Vectorize` classes send. `ctx.props` says which binding a request came through.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { answerAnalytics } from "#simulators/analytics/answer-analytics";
import { answerVectorize } from "#simulators/vectorize/answer-vectorize";
import { answerAi } from "#simulators/workers-ai/answer-ai";
import { callJournal } from "#simulators/workers-ai/call-journal";
import type { BindingProps } from "#simulators/contract/binding-props";
import { answerControl } from "./answer-control.js";
import type { SimulatorEnv } from "./simulator-env.js";

export { AnalyticsObject } from "#simulators/analytics/analytics-object";
export { GatewayLogObject } from "#simulators/ai-gateway/gateway-log-object";
export { VectorIndexObject } from "#simulators/vectorize/vector-index-object";

export default class Simulators extends WorkerEntrypoint<SimulatorEnv, BindingProps> {
  override async fetch(request: Request): Promise<Response> {
    const { props } = this.ctx;
    switch (props.kind) {
      case "ai":
        return answerAi(request, {
          props,
          logs: this.env.GATEWAY_LOGS.getByName(props.worker),
          journal: callJournal,
          waitUntil: (work) => this.ctx.waitUntil(work),
        });
      case "vectorize":
        return answerVectorize(request, props, this.env.VECTOR_INDEXES);
      case "analytics":
        return answerAnalytics(request, props, this.env.ANALYTICS);
      case "control":
        return answerControl(request, this.env);
    }
  }
}
