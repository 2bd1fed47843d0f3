import { encodeEvent } from "#base/server-sent-events";
import { listTools } from "#llm-tools/list-tools";
import type { ToolHost } from "#llm-tools/run-tool";
import type { ToolProgress } from "#llm-tools/tool-context";
import { admitRequest } from "#mcp/admit-request";
import { callTool, type McpCall } from "#mcp/call-tool";
import { negotiate, SUPPORTED_VERSIONS } from "#mcp/protocol-versions";
import {
  failureAnswer,
  refuse,
  RPC_CODES,
  type RpcAnswer,
  RpcError,
  type RpcId,
  type RpcRequest,
} from "#mcp/rpc-message";
import type { TenantConfig } from "#tenancy/tenant-config";

/** A POST to the endpoint, its body parsed from JSON and otherwise unchecked. */
export interface McpPost extends Omit<McpCall, "onProgress"> {
  readonly tenant: TenantConfig;
  readonly host: ToolHost;
  readonly headers: Headers;
  readonly body: unknown;
  /** Aborts what the request has begun. */
  readonly abort: () => void;
}

/** The list depends on the key and on the tenant's config: it may be kept for a minute, by its client alone. */
const CACHE_HINTS = { ttlMs: 60_000, cacheScope: "private" } as const;

/**
 * Answers one message of an MCP client. Nothing is remembered between two of them: revisions that begin with a handshake
 * get one, and need none of it afterwards.
 */
export async function answerMcp(post: McpPost): Promise<Response> {
  let id: RpcId | undefined;
  try {
    const { request, isModern } = admitRequest(post.body, post.headers);
    ({ id } = request);
    // A notification, or `notifications/…` of a legacy client: nothing here waits for one.
    if (id === undefined) return new Response(null, { status: 202 });
    if (request.method === "tools/call") return await answerCall(post, request, id, isModern);
    return json({ jsonrpc: "2.0", id, result: stamp(answer(post, request, isModern), post, isModern) });
  } catch (thrown) {
    if (!(thrown instanceof RpcError)) throw thrown;
    return json(failureAnswer(id, thrown.failure), thrown.failure.status);
  }
}

function answer({ tenant, host, principal }: McpPost, { method, params }: RpcRequest, isModern: boolean): object {
  switch (method) {
    case "server/discover":
      return { supportedVersions: SUPPORTED_VERSIONS, capabilities: { tools: {} }, ...CACHE_HINTS };
    case "tools/list": {
      if (params?.["cursor"] !== undefined) throw refuse(RPC_CODES.invalidParams, "There is no such cursor.", 200);
      const tools = listTools(host.tools, host.config, principal).map(
        ({ name, description, inputSchema, outputSchema, effect }) => ({
          name,
          description,
          inputSchema,
          outputSchema,
          annotations: { readOnlyHint: effect === "reads", openWorldHint: false },
        }),
      );
      return { tools, ...(isModern ? CACHE_HINTS : {}) };
    }
  }
  if (!isModern && method === "ping") return {};
  if (!isModern && method === "initialize")
    return {
      protocolVersion: negotiate(params?.["protocolVersion"]),
      capabilities: { tools: {} },
      serverInfo: serverInfo(tenant),
    };
  throw refuse(RPC_CODES.methodNotFound, `Method not found: ${method}`, isModern ? 404 : 200);
}

async function answerCall(post: McpPost, { params }: RpcRequest, id: RpcId, isModern: boolean): Promise<Response> {
  const { tenant, host, principal, context } = post;
  const run = async (onProgress?: McpCall["onProgress"]): Promise<RpcAnswer> => {
    const call = { principal, context, ...(onProgress === undefined ? {} : { onProgress }) };
    const result = await callTool(tenant.tenantId, host, params, call);
    return { jsonrpc: "2.0", id, result: stamp(result, post, isModern) };
  };
  const token = params?._meta?.["progressToken"];
  const wantsProgress = typeof token === "string" || typeof token === "number";
  if (!wantsProgress || post.headers.get("accept")?.includes("text/event-stream") !== true) return json(await run());
  return eventResponse((send) => {
    let last = -1;
    return run(({ done, total }: ToolProgress) => {
      // It must increase with each notification.
      if (done <= last) return;
      last = done;
      const progress = { progressToken: token, progress: done, total };
      send({ jsonrpc: "2.0", method: "notifications/progress", params: progress });
    }).catch((thrown: unknown) => {
      if (thrown instanceof RpcError) return failureAnswer(id, thrown.failure);
      throw thrown;
    });
  }, post.abort);
}

/** Pause between two signs of life, milliseconds: proxies keep the connection, and a client that left is noticed. */
const KEEP_ALIVE_MS = 5_000;
const KEEP_ALIVE = new TextEncoder().encode(": \n\n");

/** A stream of messages that ends with the answer. A client that leaves ends the work. */
function eventResponse(work: (send: (message: object) => void) => Promise<object>, abort: () => void): Response {
  let isOpen = true;
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (message: object): void => {
        if (isOpen) controller.enqueue(encodeEvent({ event: "message", data: JSON.stringify(message) }));
      };
      const keepAlive = setInterval(() => isOpen && controller.enqueue(KEEP_ALIVE), KEEP_ALIVE_MS);
      try {
        send(await work(send));
        if (isOpen) controller.close();
      } catch (error) {
        if (isOpen) controller.error(error);
      } finally {
        clearInterval(keepAlive);
      }
    },
    cancel() {
      isOpen = false;
      abort();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" } });
}

/** What every result of the modern revision carries. */
function stamp(result: object, { tenant }: McpPost, isModern: boolean): object {
  if (!isModern) return result;
  return { resultType: "complete", ...result, _meta: { "io.modelcontextprotocol/serverInfo": serverInfo(tenant) } };
}

function serverInfo({ tenantId, displayName }: TenantConfig): object {
  return { name: tenantId, title: displayName, version: "1" };
}

function json(message: RpcAnswer, status = 200): Response {
  return Response.json(message, { status });
}
