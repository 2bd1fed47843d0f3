import { decodeEvents } from "#base/server-sent-events";

/** What the API said of a request that it refused, or could not do. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** For the operator: finds the request in the log. */
  readonly traceId: string | undefined;

  constructor(message: string, { code, status, traceId }: { code: string; status: number; traceId?: string }) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.traceId = traceId;
  }
}

/** One event of a streamed answer, its data parsed. */
export interface StreamedEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Calls the tenant that served this page. The key stays in memory: a reload forgets it. */
export class ApiClient {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** `data` of the answer. @throws ApiError */
  get<Data>(path: string): Promise<Data> {
    return this.#call<Data>(path, { method: "GET" });
  }

  /** `data` of the answer. @throws ApiError */
  post<Data>(path: string, body: unknown): Promise<Data> {
    return this.#call<Data>(path, { method: "POST", body: JSON.stringify(body) });
  }

  /** `data` of the answer. @throws ApiError */
  delete<Data>(path: string): Promise<Data> {
    return this.#call<Data>(path, { method: "DELETE" });
  }

  /** The events of a streamed answer, as they arrive. @throws ApiError, also when an `error` event says so. */
  async *stream(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<StreamedEvent> {
    const response = await this.#fetch(path, { method: "POST", body: JSON.stringify(body), signal });
    if (!response.ok || response.body === null) throw await toError(response);
    for await (const { event = "message", data } of decodeEvents(chunksOf(response.body))) {
      const parsed: unknown = JSON.parse(data);
      if (event === "error") throw errorOf(parsed, response);
      yield { event, data: parsed };
    }
  }

  /** An answer that is a file, whole; where the API answers with JSON, its `data`. @throws ApiError */
  async file<Data>(path: string, body: unknown, signal: AbortSignal): Promise<Blob | Data> {
    const method = body === undefined ? { method: "GET" } : { method: "POST", body: JSON.stringify(body) };
    const response = await this.#fetch(path, { ...method, signal });
    if (!response.ok) throw await toError(response);
    const isJson = response.headers.get("content-type") === "application/json";
    return isJson ? ((await response.json()) as { data: Data }).data : response.blob();
  }

  async #call<Data>(path: string, init: RequestInit): Promise<Data> {
    const response = await this.#fetch(path, init);
    if (!response.ok) throw await toError(response);
    // Our own API of the same build answers: its OpenAPI document says what this is.
    return ((await response.json()) as { data: Data }).data;
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(path, {
        ...init,
        headers: { authorization: `Bearer ${this.#key}`, "content-type": "application/json" },
      });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new ApiError("The server cannot be reached. Check the connection and try again.", {
        code: "network",
        status: 0,
      });
    }
  }
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (let read = await reader.read(); read.value !== undefined; read = await reader.read()) yield read.value;
}

async function toError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  return errorOf(field(body, "error"), response, field(body, "traceId"));
}

function errorOf(error: unknown, { status }: Response, traceId = field(error, "traceId")): ApiError {
  const [code, message] = [field(error, "code"), field(error, "message")];
  return new ApiError(typeof message === "string" ? message : `The server answered with status ${status}.`, {
    code: typeof code === "string" ? code : "unknown",
    status,
    ...(typeof traceId === "string" ? { traceId } : {}),
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}
