import * as z from "#base/zod";

/** An operation of the Vectorize binding with its arguments, as `remoteVectorize` sends it. */
const operationSchema = z.discriminatedUnion("operation", [
  z.object({ operation: z.literal("describe") }),
  z.object({ operation: z.literal("query"), values: z.array(z.number()), options: z.record(z.string(), z.unknown()) }),
  z.object({
    operation: z.literal("upsert"),
    vectors: z.array(
      z.object({
        id: z.string(),
        values: z.array(z.number()),
        namespace: z.optional(z.string()),
        metadata: z.optional(z.record(z.string(), z.string())),
      }),
    ),
  }),
  z.object({ operation: z.enum(["deleteByIds", "getByIds"]), ids: z.array(z.string()) }),
]);

/** Worker side: does with the real binding what a test asks for. A refusal comes back as status 500 with its message. */
export async function forwardVectorize(index: Vectorize, request: Request): Promise<Response> {
  try {
    const asked = operationSchema.parse(await request.json());
    return Response.json(await perform(index, asked));
  } catch (error) {
    return new Response(error instanceof Error ? error.message : "failed", { status: 500 });
  }
}

async function perform(index: Vectorize, asked: z.output<typeof operationSchema>): Promise<unknown> {
  switch (asked.operation) {
    case "describe":
      return index.describe();
    case "query":
      return index.query(asked.values, asked.options);
    case "upsert":
      return index.upsert(
        asked.vectors.map(({ id, values, namespace, metadata }) => ({
          id,
          values,
          ...(namespace === undefined ? {} : { namespace }),
          ...(metadata === undefined ? {} : { metadata }),
        })),
      );
    case "deleteByIds":
    case "getByIds":
      return index[asked.operation](asked.ids);
  }
}
