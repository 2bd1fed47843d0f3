import type { GatewayLog } from "#simulators/contract/control-messages";
import { GatewayRefusal, parseMetadata } from "./gateway-options.js";
import type { PendingLogs } from "./pending-logs.js";
import type { GatewayLogs } from "./run-through-gateway.js";

const logPath = /^\/ai-gateway\/gateways\/([^/]+)\/logs\/([^/]+)$/;
const urlPath = /^\/ai-gateway\/gateways\/([^/]+)\/url(?:\/(.*))?$/;

/** Answers `env.AI.gateway(id).getLog()`, `.patchLog()` and `.getUrl()`; `undefined` when it is something else. */
export async function answerGatewayApi(
  request: Request,
  logs: GatewayLogs,
  pendingLogs: PendingLogs,
): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  const url = urlPath.exec(pathname);
  if (url !== null) {
    const address = `https://gateway.ai.cloudflare.com/v1/local/${url[1] ?? ""}/${url[2] ?? ""}`;
    return Response.json({ success: true, result: { url: address } });
  }
  const log = logPath.exec(pathname);
  if (log === null) return undefined;
  await pendingLogs.write(logs);
  const [gateway, id] = [decodeURIComponent(log[1] ?? ""), decodeURIComponent(log[2] ?? "")];
  return request.method === "PATCH" ? patchLog(request, logs, gateway, id) : readLog(logs, gateway, id);
}

async function readLog(logs: GatewayLogs, gateway: string, id: string): Promise<Response> {
  const log = await logs.read(gateway, id);
  return log === undefined ? notFound() : Response.json({ success: true, result: log });
}

async function patchLog(request: Request, logs: GatewayLogs, gateway: string, id: string): Promise<Response> {
  let fields: Partial<GatewayLog>;
  try {
    fields = parsePatch(await request.json());
  } catch (error) {
    if (!(error instanceof GatewayRefusal)) throw error;
    return Response.json(
      { success: false, errors: [{ code: error.internalCode, message: error.message }] },
      { status: error.status },
    );
  }
  const found = await logs.patch(gateway, id, fields);
  return found ? Response.json({ success: true, result: {} }) : notFound();
}

/** `feedback` is -1 or 1, `score` 0 to 100 ("Add human feedback using API"). */
function parsePatch(body: unknown): Partial<GatewayLog> {
  const { feedback, score, metadata } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (feedback !== undefined && feedback !== null && feedback !== 1 && feedback !== -1) {
    throw new GatewayRefusal(7001, 400, "feedback must be -1 or 1");
  }
  if (score !== undefined && score !== null && !(typeof score === "number" && score >= 0 && score <= 100)) {
    throw new GatewayRefusal(7001, 400, "score must be between 0 and 100");
  }
  return {
    ...(typeof feedback === "number" ? { feedback } : {}),
    ...(typeof score === "number" ? { score } : {}),
    ...(metadata === undefined ? {} : { metadata: parseMetadata(metadata) }),
  };
}

function notFound(): Response {
  return Response.json({ success: false, errors: [{ code: 7002, message: "Log Not Found" }] }, { status: 404 });
}
