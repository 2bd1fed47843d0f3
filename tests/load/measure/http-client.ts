import { Pool } from "undici";

/** What is sent. */
export interface Exchange {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, with POST; without it, GET. */
  readonly body?: string;
  /** A text whose first appearance in the answer is timed. */
  readonly mark?: string;
}

/** An answer, read to its end. Times in milliseconds since it was sent. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly firstByteMs: number;
  /** When the mark had come; absent when it never did. */
  readonly markMs?: number;
  readonly endMs: number;
}

/** Longer than any answer here takes: a hang becomes an error. */
const TIMEOUT_MS = 30_000;

/** Sends to one server over connections that are kept open, one exchange at a time on each; `null`: as many as it takes. */
export class HttpClient {
  readonly #pool: Pool;

  constructor(origin: string, connections: number | null = 1) {
    this.#pool = new Pool(origin, {
      connections,
      pipelining: 1,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      keepAliveTimeout: TIMEOUT_MS,
    });
  }

  async send({ path, headers = {}, body, mark }: Exchange): Promise<Reply> {
    const sentMs = performance.now();
    const { statusCode, body: stream } = await this.#pool.request({
      path,
      method: body === undefined ? "GET" : "POST",
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const decoder = new TextDecoder();
    let text = "";
    let firstByteMs = 0;
    let markMs: number | undefined;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      if (text === "") firstByteMs = performance.now() - sentMs;
      text += decoder.decode(chunk, { stream: true });
      if (mark !== undefined && markMs === undefined && text.includes(mark)) markMs = performance.now() - sentMs;
    }
    const endMs = performance.now() - sentMs;
    return { status: statusCode, text, firstByteMs, endMs, ...(markMs === undefined ? {} : { markMs }) };
  }

  /** Sends, waits for the first bytes and leaves the answer open until `close` is called. */
  async open({ path, headers = {}, body = "" }: Exchange): Promise<{ close(): void }> {
    const { statusCode, body: stream } = await this.#pool.request({
      path,
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}: ${await stream.text()}`);
    await new Promise((resolve, reject) => stream.once("data", resolve).once("error", reject));
    stream.on("error", () => undefined);
    return { close: () => stream.destroy() };
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
