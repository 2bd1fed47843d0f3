import * as z from "#base/zod";

import { type PlatformError, toPlatformError } from "#base/errors";
import { runTool, type ToolCall, type ToolHost } from "#llm-tools/run-tool";
import { refuse, RPC_CODES } from "#mcp/rpc-message";
import type { TenantId } from "#tenancy/tenant-id";

const callParamsSchema = z.looseObject({
  name: z.string().check(z.minLength(1), z.maxLength(128)),
  arguments: z._default(z.record(z.string(), z.unknown()), {}),
});

/** Who calls, and what is told meanwhile. */
export type McpCall = Pick<ToolCall, "principal" | "context" | "onProgress">;

/** Runs the tool of a `tools/call`. What a model could mend is a result with `isError`; the rest is an RpcError. */
export async function callTool(tenantId: TenantId, host: ToolHost, params: unknown, call: McpCall): Promise<object> {
  const parsed = callParamsSchema.safeParse(params);
  if (!parsed.success)
    throw refuse(RPC_CODES.invalidParams, "params must hold the tool's name, and arguments as an object.", 200);
  const { name, arguments: given } = parsed.data;
  try {
    const { result } = await runTool(tenantId, host, {
      ...call,
      tool: name,
      arguments: given,
      door: "mcp",
      taint: "none",
    });
    return { content: [{ type: "text", text: JSON.stringify(result) }], structuredContent: result, isError: false };
  } catch (thrown) {
    return toErrorResult(toPlatformError(thrown));
  }
}

/** "Error Handling" of the specification: a refusal is a protocol error, a failure is a result that a model can read. */
function toErrorResult(error: PlatformError): object {
  const { code, message, details, status } = error;
  const data = { code };
  if (code === "tool_not_found") throw refuse(RPC_CODES.invalidParams, message, 200, data);
  if (code === "internal") throw refuse(RPC_CODES.internal, message, 200, data);
  // Codes outside of JSON-RPC's own range are the application's: ours are those of HTTP.
  if (status === 401 || status === 403) throw refuse(status, message, 200, data);
  const broken = details.map(({ field, message: rule }) => `\n${field}: ${rule}`).join("");
  return { content: [{ type: "text", text: `${code}: ${message}${broken}` }], isError: true };
}
