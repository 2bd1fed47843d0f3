import * as z from "#base/zod";

/** Error codes of JSON-RPC 2.0, section 5.1, and of MCP 2026-07-28 ("Error Codes"). */
export const RPC_CODES = {
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
} as const;

/** A wish of a client, or, without an `id`, a notification that wants no answer. */
export const rpcRequestSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.optional(z.union([z.string(), z.int()])),
  method: z.string().check(z.minLength(1), z.maxLength(200)),
  params: z.optional(z.looseObject({ _meta: z.optional(z.looseObject({})) })),
});

export type RpcRequest = z.output<typeof rpcRequestSchema>;
export type RpcId = NonNullable<RpcRequest["id"]>;

/** What went wrong, as JSON-RPC says it, and the HTTP status to say it with. */
export interface RpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly status: number;
}

/** A refusal of a request. Thrown within this package only: `answerMcp` makes an answer of it. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  constructor(readonly failure: RpcFailure) {
    super(failure.message);
  }
}

export function refuse(code: number, message: string, status: number, data?: unknown): RpcError {
  return new RpcError({ code, message, status, ...(data === undefined ? {} : { data }) });
}

/** A JSON-RPC answer. */
export type RpcAnswer =
  | { readonly jsonrpc: "2.0"; readonly id: RpcId; readonly result: object }
  | { readonly jsonrpc: "2.0"; readonly id?: RpcId; readonly error: Omit<RpcFailure, "status"> };

export function failureAnswer(id: RpcId | undefined, { status: _, ...error }: RpcFailure): RpcAnswer {
  return { jsonrpc: "2.0", ...(id === undefined ? {} : { id }), error };
}
