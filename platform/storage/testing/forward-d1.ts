import * as z from "#base/zod";

const statementSchema = z.object({
  sql: z.string(),
  values: z.array(z.union([z.string(), z.number(), z.null()])),
});

/** What `remoteD1` sends: statements for one transaction, one statement by itself, or a script. */
const operationSchema = z.discriminatedUnion("operation", [
  z.object({ operation: z.literal("batch"), statements: z.array(statementSchema) }),
  z.object({ operation: z.literal("all"), statements: z.tuple([statementSchema]) }),
  z.object({ operation: z.literal("exec"), script: z.string() }),
]);

/** Worker side: does with the real binding what a test asks for. A refusal comes back as status 500 with its message. */
export async function forwardD1(database: D1Database, request: Request): Promise<Response> {
  try {
    return Response.json(await perform(database, operationSchema.parse(await request.json())));
  } catch (error) {
    return new Response(error instanceof Error ? error.message : "failed", { status: 500 });
  }
}

function perform(database: D1Database, asked: z.output<typeof operationSchema>): Promise<unknown> {
  if (asked.operation === "exec") return database.exec(asked.script);
  const statements = asked.statements.map(({ sql, values }) => database.prepare(sql).bind(...values));
  const [first] = statements;
  return asked.operation === "batch" || first === undefined ? database.batch(statements) : first.all();
}
