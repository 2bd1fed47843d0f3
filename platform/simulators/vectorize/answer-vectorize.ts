import type { VectorizeProps } from "../plugin/binding-props.js";
import type { SimulatorEnv } from "../plugin/simulator-env.js";

/**
 * Answers what the runtime's `Vectorize` class sends: `http://vector-search/<operation>`. The body goes on to the
 * index's object as it is, so that a large batch is read once.
 */
export async function answerVectorize(request: Request, props: VectorizeProps, env: SimulatorEnv): Promise<Response> {
  const index = env.VECTOR_INDEXES.get(env.VECTOR_INDEXES.idFromName(props.indexName));
  const headers = { "x-index": JSON.stringify(props.index), "x-visibility-delay-ms": String(props.visibilityDelayMs) };
  const body = request.method === "POST" ? await request.text() : null;
  return index.fetch(request.url, { method: request.method, headers, body });
}
