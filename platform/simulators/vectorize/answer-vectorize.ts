import type { VectorizeProps } from "#simulators/contract/binding-props";
import type { VectorIndexObject } from "./vector-index-object.js";

/**
 * Answers what the runtime's `Vectorize` class sends: `http://vector-search/<operation>`. The body goes on to the
 * index's object as it is, so that a large batch is read once.
 */
export async function answerVectorize(
  request: Request,
  props: VectorizeProps,
  indexes: DurableObjectNamespace<VectorIndexObject>,
): Promise<Response> {
  const index = indexes.getByName(props.indexName);
  const headers = { "x-index": JSON.stringify(props.index), "x-visibility-delay-ms": String(props.visibilityDelayMs) };
  const body = request.method === "POST" ? await request.text() : null;
  return index.fetch(request.url, { method: request.method, headers, body });
}
