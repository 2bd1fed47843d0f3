import { setTimeout as sleep } from "node:timers/promises";

import * as z from "#base/zod";

import { networkReason } from "#tools/command/network-reason";
/** Where the API is, unless `CLOUDFLARE_API_BASE_URL` says otherwise; wrangler reads the same variable. */
export const DEFAULT_API_URL = "https://api.cloudflare.com/client/v4";

/** A call that the API refused, or that did not get there. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";

  constructor(
    /** `GET /accounts/…`, without the query. */
    readonly call: string,
    /** 0: no answer. */
    readonly status: number,
    /** The API's own number, if it gave one. */
    readonly code: number | undefined,
    /** What the API said; never holds the token. */
    readonly reason: string,
  ) {
    super(`${call}: ${reason}${code === undefined ? "" : ` [code ${code}]`}`);
  }
}

export interface ApiClientOptions {
  readonly apiUrl: string;
  readonly token: string;
  /** Longest wait for one answer, milliseconds. */
  readonly timeoutMs: number;
  /** Pause before the second attempt, milliseconds; doubled for each further one. */
  readonly firstPauseMs: number;
  readonly signal?: AbortSignal;
}

/** A body that is not JSON. */
export interface RawBody {
  readonly contentType: string;
  readonly text: string;
}

/** Calls of the API on behalf of one token. */
export interface ApiClient {
  /** Calls and answers the envelope's `result`, checked. @throws ApiFailure */
  call<Schema extends z.ZodMiniType>(
    method: string,
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<z.output<Schema>>;
  /** All pages of a list. @throws ApiFailure */
  list<Schema extends z.ZodMiniType>(path: string, schema: Schema): Promise<z.output<Schema>[]>;
  /** Calls and answers what has no envelope. @throws ApiFailure */
  send(method: string, path: string, body?: unknown): Promise<Response>;
}

const MAX_ATTEMPTS = 6;
/** Attempts while nobody has answered at all: the network is down, or the address is wrong. */
const MAX_FIRST_ATTEMPTS = 3;
/** Longest pause that an answer may ask for, milliseconds: the API blocks for five minutes at most. */
const MAX_PAUSE_MS = 300_000;
const PAGE_SIZE = 100;

const envelopeSchema = z.object({
  success: z.boolean(),
  errors: z._default(z.array(z.looseObject({ code: z.optional(z.number()), message: z.string() })), []),
  result: z.unknown(),
  result_info: z.catch(
    z.nullish(z.looseObject({ page: z.number(), per_page: z.number(), total_count: z.number() })),
    null,
  ),
});
type Envelope = z.output<typeof envelopeSchema>;

/**
 * A client that makes a failed call again when it may succeed: no answer, 429 and 5xx. Every call of the fleet can be
 * made twice without harm; what creates something looks for it by name first, and takes "exists already" for done.
 * A 429 holds up all calls of this client.
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const gate = { openAtMs: 0, hasAnswered: false };
  const request = (method: string, path: string, body?: unknown): Promise<Response> =>
    withAttempts(options, gate, () => attempt(options, method, path, body));
  const envelope = async (method: string, path: string, body?: unknown): Promise<Envelope> => {
    const response = await request(method, path, body);
    const parsed = envelopeSchema.safeParse(await response.json().catch(() => undefined));
    if (parsed.success && parsed.data.success) return parsed.data;
    throw new ApiFailure(nameOf(method, path), response.status, undefined, "the answer is not the API's envelope");
  };
  return {
    async call(method, path, schema, body) {
      const { result } = await envelope(method, path, body);
      return check(nameOf(method, path), schema, result);
    },
    async list(path, schema) {
      const items: unknown[] = [];
      for (let page = 1; ; page += 1) {
        const separator = path.includes("?") ? "&" : "?";
        const target = `${path}${separator}page=${page}&per_page=${PAGE_SIZE}`;
        const { result, result_info: info } = await envelope("GET", target);
        items.push(...check(nameOf("GET", path), z.array(z.unknown()), result));
        if (info == null || info.page * info.per_page >= info.total_count) break;
      }
      return check(nameOf("GET", path), z.array(schema), items);
    },
    send: request,
  };
}

function check<Schema extends z.ZodMiniType>(call: string, schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ApiFailure(
    call,
    200,
    undefined,
    `unexpected answer: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, " ")}`,
  );
}

interface Gate {
  /** No call is made before. */
  openAtMs: number;
  /** Whether there was an answer to any call, whatever it said. */
  hasAnswered: boolean;
}

/** An attempt that failed: whether to try again, and how long to wait first if the API says so. */
class RetryableFailure extends ApiFailure {
  constructor(
    failure: ApiFailure,
    readonly retryAfterMs: number | undefined,
  ) {
    super(failure.call, failure.status, failure.code, failure.reason);
  }
}

async function withAttempts(
  { firstPauseMs, signal }: ApiClientOptions,
  gate: Gate,
  run: () => Promise<Response>,
): Promise<Response> {
  for (let count = 1; ; count += 1) {
    const heldMs = gate.openAtMs - Date.now();
    if (heldMs > 0) await pause(heldMs, signal);
    try {
      const response = await run();
      gate.hasAnswered = true;
      return response;
    } catch (error) {
      gate.hasAnswered ||= error instanceof ApiFailure && error.status !== 0;
      const maxAttempts = gate.hasAnswered ? MAX_ATTEMPTS : MAX_FIRST_ATTEMPTS;
      if (!(error instanceof RetryableFailure) || count >= maxAttempts) throw error;
      const { retryAfterMs } = error;
      if (retryAfterMs !== undefined && error.status === 429) {
        gate.openAtMs = Math.max(gate.openAtMs, Date.now() + Math.min(retryAfterMs, MAX_PAUSE_MS));
      }
      // Half of the pause is left to chance, so that many callers do not come back at once.
      const backoffMs = firstPauseMs * 2 ** (count - 1) * (0.5 + Math.random() / 2);
      await pause(Math.min(retryAfterMs ?? backoffMs, MAX_PAUSE_MS), signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return sleep(ms, undefined, signal === undefined ? {} : { signal });
}

/** One try. Answers only what succeeded. */
async function attempt(options: ApiClientOptions, method: string, path: string, body: unknown): Promise<Response> {
  const call = nameOf(method, path);
  let response: Response;
  try {
    response = await send(options, method, path, body);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new RetryableFailure(new ApiFailure(call, 0, undefined, reasonOf(error, options.timeoutMs)), undefined);
  }
  if (response.ok) return response;
  const failure = await failureOf(call, response);
  if (response.status !== 429 && response.status < 500) throw failure;
  throw new RetryableFailure(failure, retryAfterMs(response));
}

function send(
  { apiUrl, token, timeoutMs, signal }: ApiClientOptions,
  method: string,
  path: string,
  body: unknown,
): Promise<Response> {
  const raw = isRaw(body) ? body : undefined;
  return fetch(`${apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": raw?.contentType ?? "application/json" }),
    },
    ...(body === undefined ? {} : { body: raw?.text ?? JSON.stringify(body) }),
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]),
  });
}

function isRaw(body: unknown): body is RawBody {
  return typeof body === "object" && body !== null && "contentType" in body && "text" in body;
}

async function failureOf(call: string, response: Response): Promise<ApiFailure> {
  const parsed = envelopeSchema.safeParse(await response.json().catch(() => undefined));
  const [first] = parsed.success ? parsed.data.errors : [];
  return new ApiFailure(call, response.status, first?.code, first?.message ?? `HTTP ${response.status}`);
}

function retryAfterMs({ headers }: Response): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

function reasonOf(error: unknown, timeoutMs: number): string {
  return error instanceof Error && error.name === "TimeoutError"
    ? `no answer within ${timeoutMs / 1_000} s`
    : networkReason(error);
}

function nameOf(method: string, path: string): string {
  return `${method} ${path.split("?", 1)[0] ?? ""}`;
}
