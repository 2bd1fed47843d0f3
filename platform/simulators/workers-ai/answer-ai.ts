import type { AiProps } from "../plugin/binding-props.js";
import type { SimulatorEnv } from "../plugin/simulator-env.js";

export interface AiContext {
  readonly props: AiProps;
  readonly env: SimulatorEnv;
  waitUntil(work: Promise<unknown>): void;
}

export async function answerAi(request: Request, context: AiContext): Promise<Response> {
  const { inputs } = (await request.json()) as { inputs: Record<string, unknown> };
  const answer = { response: `${context.props.worker}: ${JSON.stringify(inputs)}` };
  return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
}
