import type { RouteSpec } from "#http/route";
import type { Belongings } from "#tests/security/world";
import { SECRET, TOOL_MODEL } from "#tests/security/world";

/** A request to a route, but for who makes it. */
export interface RouteRequest {
  /** Values of the path's parameters. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** What the matrix has to be told of a route; everything else comes from the route's own spec. */
export interface RouteRow {
  /** Who may use the route, as its spec must say too: a route that is opened wider is decided here as well. */
  readonly access: RouteSpec["access"];
  /** A request that its owner is answered with `status`, naming what belongs to the owner. */
  readonly request: (own: Belongings) => RouteRequest;
  /**
   * Every id, cursor or name in the input that something stored is found by: `path.sessionId`, `query.cursor`, `body.filter`.
   * An input that looks like one and is not listed here fails the matrix.
   */
  readonly ids: readonly string[];
  /** What the owner is answered. */
  readonly status: number;
  /** What the same request gets from another tenant's principal, under its own tenant. */
  readonly elsewhere: number;
  /** What another principal of the tenant with every scope but `admin` gets; absent: what the owner gets. */
  readonly stranger?: number;
  /** Sets of scopes each of which is enough, where the spec's `access` does not say it all. */
  readonly scopes?: readonly (readonly string[])[];
  /** Status of the refusal for lack of a scope, where it is not 403: a protocol has its own way to say it. */
  readonly refusal?: number;
  /** The owner is shown the secret: shows that the matrix would see it. */
  readonly showsSecret?: true;
  /** The request ends or changes what it names: it gets belongings of its own. */
  readonly changes?: true;
  /** Needs the scope `admin`: the owner asks with a key that has it. */
  readonly asAdmin?: true;
}

const QUESTION = "What is the merger called?";
const NOTHING = { request: () => ({}), ids: [], status: 200, elsewhere: 200 } as const;

const SPEECH_MODEL = "@cf/deepgram/aura-1";
const MESSAGES = [{ role: "user", content: "Hi" }];
const SESSION = ["path.sessionId"];
const NOISY = { access: "metrics", ids: ["path.id"] } as const;
const ALERT = { name: "Requests", metric: "requests", comparator: ">", threshold: 1e9, period: "1h" };

/** A row for each route, by its `operationId`. */
export const ROUTE_ROWS: ReadonlyMap<string, RouteRow> = new Map<string, RouteRow>([
  ["getHealth", { ...NOTHING, access: "public" }],
  [
    "chat",
    {
      access: "chat",
      request: ({ sessionId }) => ({ body: { sessionId, message: "Which word?", stream: false } }),
      ids: ["body.sessionId", "body.modelId", "body.tool", "body.tools"],
      status: 200,
      elsewhere: 200,
      stranger: 404,
      changes: true,
    },
  ],
  [
    "listSessions",
    {
      access: "chat",
      request: ({ timeCursor }) => ({ query: { cursor: timeCursor } }),
      ids: ["query.cursor"],
      status: 200,
      elsewhere: 200,
    },
  ],
  [
    "getHistory",
    {
      access: "chat",
      request: ({ sessionId }) => ({ path: { sessionId } }),
      ids: [...SESSION, "query.cursor"],
      status: 200,
      elsewhere: 404,
      stranger: 404,
      showsSecret: true,
    },
  ],
  [
    "resumeTurn",
    {
      access: "chat",
      request: ({ sessionId, eventId }) => ({ path: { sessionId }, headers: { "last-event-id": eventId } }),
      ids: [...SESSION, "query.after", "header.last-event-id"],
      status: 200,
      elsewhere: 404,
      stranger: 404,
    },
  ],
  [
    "decideToolCall",
    {
      access: "any-key",
      request: ({ pausedSessionId, callId }) => ({
        path: { sessionId: pausedSessionId, callId },
        body: { decision: "deny" },
      }),
      ids: [...SESSION, "path.callId"],
      status: 200,
      elsewhere: 404,
      stranger: 404,
      scopes: [["chat"], ["admin"]],
      changes: true,
    },
  ],
  [
    "deleteSession",
    {
      access: "chat",
      request: ({ sessionId }) => ({ path: { sessionId } }),
      ids: SESSION,
      status: 200,
      elsewhere: 404,
      stranger: 404,
      changes: true,
    },
  ],
  [
    "ingest",
    {
      access: "ingest",
      request: ({ docId }) => ({ body: { docId, text: "The merger is off." } }),
      ids: ["body.docId", "body.documents.docId", "body.acl", "body.documents.acl"],
      status: 200,
      elsewhere: 200,
      changes: true,
    },
  ],
  [
    "listIngestJobs",
    {
      access: "ingest",
      request: ({ timeCursor }) => ({ query: { cursor: timeCursor, failed: "true" } }),
      ids: ["query.cursor"],
      status: 200,
      elsewhere: 200,
    },
  ],
  [
    "readIngestJob",
    {
      access: "ingest",
      request: ({ jobId }) => ({ path: { jobId } }),
      ids: ["path.jobId"],
      status: 200,
      elsewhere: 404,
      showsSecret: true,
    },
  ],
  [
    "retryIngestJob",
    {
      access: "ingest",
      request: ({ jobId }) => ({ path: { jobId } }),
      ids: ["path.jobId"],
      status: 202,
      elsewhere: 404,
      changes: true,
    },
  ],
  [
    "listDocuments",
    {
      access: "search",
      request: ({ documentCursor }) => ({ query: { cursor: documentCursor } }),
      ids: ["query.cursor"],
      status: 200,
      elsewhere: 200,
      showsSecret: true,
    },
  ],
  [
    "getDocument",
    {
      access: "search",
      request: ({ docId }) => ({ path: { docId } }),
      ids: ["path.docId"],
      status: 200,
      elsewhere: 404,
      showsSecret: true,
    },
  ],
  [
    "deleteDocument",
    {
      access: "ingest",
      request: ({ docId }) => ({ path: { docId } }),
      ids: ["path.docId"],
      status: 200,
      elsewhere: 404,
      changes: true,
    },
  ],
  [
    "search",
    {
      access: "search",
      request: ({ docId }) => ({ body: { query: QUESTION, filter: { docId } } }),
      ids: ["body.filter.docId"],
      status: 200,
      elsewhere: 200,
      showsSecret: true,
    },
  ],
  [
    "searchOlder",
    {
      access: "search",
      request: ({ docId }) => ({ body: { query: QUESTION, filter: { docId } } }),
      ids: ["body.filter.docId"],
      status: 200,
      elsewhere: 200,
      showsSecret: true,
    },
  ],
  [
    "ingestOlder",
    {
      access: "ingest",
      request: ({ docId }) => ({ body: { documents: [{ docId, text: "The merger is off." }] } }),
      ids: ["body.documents.docId", "body.documents.acl"],
      status: 200,
      elsewhere: 200,
      changes: true,
    },
  ],
  ["listTools", { access: "any-tool", ...NOTHING }],
  [
    "executeTool",
    {
      access: "any-tool",
      request: ({ docId }) => ({ body: { tool: "vector_search", arguments: { query: QUESTION, docIds: [docId] } } }),
      ids: ["body.tool"],
      status: 200,
      elsewhere: 200,
      scopes: [["tools", "search"]],
      showsSecret: true,
    },
  ],
  [
    "listAudit",
    {
      access: "admin",
      request: ({ auditCursor }) => ({ query: { cursor: auditCursor } }),
      ids: ["query.cursor"],
      status: 200,
      elsewhere: 200,
      stranger: 403,
      asAdmin: true,
    },
  ],
  [
    "mcp",
    {
      access: "any-tool",
      request: ({ docId }) => ({
        body: {
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "vector_search", arguments: { query: QUESTION, docIds: [docId] } },
        },
      }),
      ids: ["body.params"],
      status: 200,
      elsewhere: 200,
      scopes: [["tools", "search"]],
      refusal: 200,
      showsSecret: true,
    },
  ],
  [
    "createChatCompletion",
    {
      access: "chat",
      ...NOTHING,
      request: () => ({ body: { model: TOOL_MODEL, messages: MESSAGES } }),
      ids: ["body.model"],
      elsewhere: 403,
    },
  ],
  [
    "createEmbedding",
    { access: "search", ...NOTHING, request: () => ({ body: { input: "Hi" } }), ids: ["body.model"] },
  ],
  ["listModels", { ...NOTHING, access: "chat" }],
  [
    "retrieveModel",
    { access: "chat", ...NOTHING, request: () => ({ path: { id: TOOL_MODEL } }), ids: ["path.id"], elsewhere: 403 },
  ],
  [
    "synthesizeSpeech",
    {
      access: "tts",
      ...NOTHING,
      request: () => ({ body: { text: "Hi", modelId: SPEECH_MODEL } }),
      ids: ["body.modelId"],
    },
  ],
  ...["readSpeechJob", "readSpeechAudio"].map((operation): [string, RouteRow] => [
    operation,
    {
      access: "tts",
      request: ({ speechJobId }) => ({ path: { jobId: speechJobId } }),
      ids: ["path.jobId"],
      status: 200,
      elsewhere: 404,
      stranger: 404,
    },
  ]),
  [
    "createSpeech",
    {
      access: "tts",
      ...NOTHING,
      request: () => ({ body: { input: "Hi", model: SPEECH_MODEL, voice: "luna" } }),
      ids: ["body.model", "body.voice.id"],
    },
  ],
  ["getUsage", { ...NOTHING, access: "any-key" }],
  ["getPrometheusMetrics", { ...NOTHING, access: "metrics" }],
  ["getMetricsOverview", { ...NOTHING, access: "metrics" }],
  ["getSlis", { ...NOTHING, access: "metrics" }],
  ["getCost", { ...NOTHING, access: "metrics" }],
  ["getToolMetrics", { ...NOTHING, access: "metrics" }],
  ["listAnomalies", { ...NOTHING, access: "metrics" }],
  ["listAlerts", { ...NOTHING, access: "metrics" }],
  ["createAlert", { ...NOTHING, access: "metrics", request: () => ({ body: ALERT }), status: 201, elsewhere: 201 }],
  // Every tenant has a standard rule of this name, and changes its own only.
  ["getAlert", { ...NOTHING, ...NOISY, request: () => ({ path: { id: "noisy" } }) }],
  ["changeAlert", { ...NOTHING, ...NOISY, request: () => ({ path: { id: "noisy" }, body: ALERT }) }],
  ["deleteAlert", { ...NOTHING, ...NOISY, request: () => ({ path: { id: "noisy" } }) }],
  ["getCacheMetrics", { ...NOTHING, access: "metrics" }],
  ["getConsole", { ...NOTHING, access: "public" }],
  ["getConsoleFile", { access: "public", ...NOTHING, request: () => ({ path: { file: "console.css" } }), ids: [] }],
  ["getDocs", { ...NOTHING, access: "public" }],
  ["getOpenApi", { ...NOTHING, access: "public" }],
]);

/** What to do about a route that the matrix does not know. */
export function missingRow(method: string, path: string, operationId: string, file: string): string {
  return [
    `${method} ${path} has no row in the isolation matrix.`,
    `Add ["${operationId}", {request, ids, status, elsewhere}] to ROUTE_ROWS in ${file}:`,
    "a request as its owner makes it, every id in its input, and what another tenant gets for it (mostly 404).",
    `If its answer shows stored text, put the word SECRET ("${SECRET}") into what provide() of world.ts stores, and say showsSecret.`,
  ].join("\n");
}
