import { LEGACY_VERSIONS, MODERN_VERSION, SUPPORTED_VERSIONS } from "#mcp/protocol-versions";
import { refuse, RPC_CODES, type RpcRequest, rpcRequestSchema } from "#mcp/rpc-message";

const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities";

/** A request that keeps the rules of the revision it was made by. */
export interface AdmittedRequest {
  readonly request: RpcRequest;
  /** Whether it says its version itself; else it belongs to a revision with a handshake. */
  readonly isModern: boolean;
}

/**
 * Reads one message and holds it to its revision. Requests that declare a version in `_meta`, or a modern one in their
 * header, are modern: then header and body have to agree, so that whoever routes by headers routes what is run here.
 *
 * @throws RpcError with status 400.
 */
export function admitRequest(body: unknown, headers: Headers): AdmittedRequest {
  const parsed = rpcRequestSchema.safeParse(body);
  if (!parsed.success)
    throw refuse(RPC_CODES.invalidRequest, "Send one JSON-RPC 2.0 request or notification per call.", 400);
  const request = parsed.data;
  const declared = request.params?._meta?.[VERSION_KEY];
  const header = headers.get("mcp-protocol-version");
  const isModern = declared !== undefined || header === MODERN_VERSION || request.method === "server/discover";
  if (isModern) admitModern(request, declared, headers);
  else if (header !== null && !LEGACY_VERSIONS.includes(header)) throw unsupported(header);
  return { request, isModern };
}

/** 2026-07-28, "Server Validation" and "Per-request protocol fields". */
function admitModern({ method, params }: RpcRequest, declared: unknown, headers: Headers): void {
  demandHeader(headers, "MCP-Protocol-Version", declared);
  if (declared !== MODERN_VERSION) throw unsupported(declared);
  if (typeof params?._meta?.[CAPABILITIES_KEY] !== "object")
    throw refuse(RPC_CODES.invalidParams, `params._meta must hold "${CAPABILITIES_KEY}".`, 400);
  demandHeader(headers, "Mcp-Method", method);
  if (method === "tools/call") demandHeader(headers, "Mcp-Name", params["name"]);
}

function demandHeader(headers: Headers, name: string, value: unknown): void {
  const sent = headers.get(name);
  if (sent !== null && decodeHeader(sent) === value) return;
  const problem = sent === null ? "is missing" : "does not match the body";
  throw refuse(RPC_CODES.headerMismatch, `Header mismatch: ${name} ${problem}.`, 400);
}

/** "Value Encoding": `=?base64?…?=` holds UTF-8. Text that is no base64 equals nothing. */
function decodeHeader(value: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
  if (encoded === undefined) return value;
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(encoded), (unit) => unit.charCodeAt(0)));
  } catch {
    // atob refuses what is no base64.
    return undefined;
  }
}

function unsupported(requested: unknown): Error {
  return refuse(RPC_CODES.unsupportedVersion, "Unsupported protocol version", 400, {
    supported: SUPPORTED_VERSIONS,
    requested,
  });
}
