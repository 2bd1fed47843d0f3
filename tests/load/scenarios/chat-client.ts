import { HttpClient, type Reply } from "#tests/load/measure/http-client";
import type { ServerProcess } from "#tests/load/servers/server-process";

/** Talks to the product's native routes, and makes sure that what comes is whole. */
export class ChatClient {
  readonly #client: HttpClient;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, facts }: ServerProcess, connections: number) {
    this.#client = new HttpClient(url, connections);
    this.#headers = { authorization: `Bearer ${facts["key"] ?? ""}` };
  }

  health(): Promise<Reply> {
    return this.#send({ path: "/health" });
  }

  /** One turn as a stream, read to its `done`. */
  async turn(message: string, sessionId?: string): Promise<Reply> {
    const reply = await this.#send({ path: "/chat", body: JSON.stringify({ message, sessionId }) });
    if (!reply.text.includes('event: done\ndata: {"ok":true')) throw new Error(`the turn ended so: ${reply.text}`);
    return reply;
  }

  /** What the least session answers: the model's own stream. */
  bareTurn(message: string, sessionId?: string): Promise<Reply> {
    return this.#send({ path: "/", body: JSON.stringify({ message, sessionId }) });
  }

  /** One turn as JSON. */
  wholeTurn(message: string, sessionId?: string): Promise<Reply> {
    return this.#send({ path: "/chat", body: JSON.stringify({ message, sessionId, stream: false }) });
  }

  /** All messages of a session, oldest first. */
  async history(sessionId: string): Promise<{ role: string; content: string }[]> {
    const messages = [];
    for (let cursor: string | undefined = "0"; cursor !== undefined;) {
      const { text } = await this.#send({ path: `/chat/${sessionId}/history?limit=200&cursor=${cursor}` });
      const { data } = JSON.parse(text) as {
        data: { messages: { role: string; content: string }[]; nextCursor?: string };
      };
      messages.push(...data.messages);
      cursor = data.nextCursor;
    }
    return messages;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #send(exchange: { path: string; body?: string }): Promise<Reply> {
    const reply = await this.#client.send({ ...exchange, headers: this.#headers });
    if (reply.status === 200) return reply;
    throw new Error(`${exchange.path} answered ${reply.status}: ${reply.text.slice(0, 500)}`);
  }
}

/** A client for as long as `use` takes. */
export async function withChatClient<Result>(
  server: ServerProcess,
  connections: number,
  use: (client: ChatClient) => Promise<Result>,
): Promise<Result> {
  const client = new ChatClient(server, connections);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
