/**
 * The inside half of the simulators: one Worker in the same workerd as the product, which answers the HTTP that the
 * runtime's own `Ai` and `Vectorize` classes send. `ctx.props` says which binding a request came through.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { answerAnalytics } from "../analytics/answer-analytics.js";
import { answerControl } from "../control/answer-control.js";
import { answerVectorize } from "../vectorize/answer-vectorize.js";
import { answerAi } from "../workers-ai/answer-ai.js";
import type { BindingProps } from "./binding-props.js";
import type { SimulatorEnv } from "./simulator-env.js";

export { AnalyticsObject } from "../analytics/analytics-object.js";
export { GatewayLogObject } from "../ai-gateway/gateway-log-object.js";
export { VectorIndexObject } from "../vectorize/vector-index-object.js";

export default class Simulators extends WorkerEntrypoint<SimulatorEnv, BindingProps> {
  override async fetch(request: Request): Promise<Response> {
    const { props } = this.ctx;
    switch (props.kind) {
      case "ai":
        return answerAi(request, { props, env: this.env, waitUntil: (work) => this.ctx.waitUntil(work) });
      case "vectorize":
        return answerVectorize(request, props, this.env);
      case "analytics":
        return answerAnalytics(request, props, this.env);
      case "control":
        return answerControl(request, this.env);
    }
  }
}
