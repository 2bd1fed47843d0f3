import { EventParser } from "#base/server-sent-events";
import { HttpClient, type Reply } from "#tests/load/measure/http-client";

/** What a mix of load is made of. */
export const ASK_KINDS = ["chat", "turn", "search", "completion"] as const;
export type AskKind = (typeof ASK_KINDS)[number];

/** A message as a session's history has it. */
export interface StoredMessage {
  readonly role: string;
  readonly content: string;
}

/** Questions about what {@link LoadClient.prepare} stores; of other documents they find little, which is an answer as well. */
const TOPICS = ["billing", "shipping", "returns", "accounts", "exports", "invoices", "support", "backups"];
const SEARCHED_VARIANTS = 40;
const MAX_HISTORY = 200;

/** Asks the product by its routes, over as many connections as it takes, and makes sure that what comes is what must come. */
export class LoadClient {
  readonly #http: HttpClient;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, key: string) {
    this.#http = new HttpClient(url, null);
    this.#headers = { authorization: `Bearer ${key}` };
  }

  /** Stores a document about each topic. */
  async prepare(): Promise<void> {
    const documents = TOPICS.map((topic) => ({
      docId: `load/${topic}`,
      text: `${topic} is explained here. Questions about ${topic} are answered by the ${topic} team within two days.`,
    }));
    await this.#send({ path: "/ingest", body: JSON.stringify({ documents }) }, isOk);
  }

  /** One request of a mix; `number` makes it differ from others. Answers when the first piece of a stream came. */
  async ask(kind: AskKind, number: number, sessionId: string): Promise<{ firstMs?: number }> {
    switch (kind) {
      case "chat":
        return { firstMs: (await this.turn(`question ${number}`)).firstMs };
      case "turn":
        return { firstMs: (await this.turn(`question ${number}`, sessionId)).firstMs };
      case "search": {
        const topic = TOPICS[number % TOPICS.length] ?? "billing";
        const body = { query: `who answers ${topic} questions, case ${number % SEARCHED_VARIANTS}?` };
        await this.#send({ path: "/search", body: JSON.stringify(body) }, isOk);
        return {};
      }
      case "completion": {
        const body = { messages: [{ role: "user", content: `question ${number}` }] };
        await this.#send({ path: "/v1/chat/completions", body: JSON.stringify(body) }, (text) =>
          text.includes('"choices":[{'),
        );
        return {};
      }
    }
  }

  /** A turn as a stream: what was said in it, and when that began. */
  async turn(message: string, sessionId?: string): Promise<{ text: string; firstMs: number }> {
    const exchange = { path: "/chat", body: JSON.stringify({ message, sessionId }), mark: "event: message" };
    const { text, markMs } = await this.#send(exchange, (sent) => sent.includes('event: done\ndata: {"ok":true'));
    if (markMs === undefined) throw new Error("200, but nothing was said");
    const pieces = new EventParser().push(text).filter(({ event }) => event === "message");
    return { text: pieces.map(({ data }) => (JSON.parse(data) as StoredMessage).content).join(""), firstMs: markMs };
  }

  /** All messages of a session, oldest first. */
  async history(sessionId: string): Promise<StoredMessage[]> {
    const messages: StoredMessage[] = [];
    for (let cursor: string | undefined = "0"; cursor !== undefined;) {
      const path = `/chat/${sessionId}/history?limit=${MAX_HISTORY}&cursor=${cursor}`;
      const { text } = await this.#send({ path }, isOk);
      const { data } = JSON.parse(text) as { data: { messages: StoredMessage[]; nextCursor?: string } };
      messages.push(...data.messages);
      cursor = data.nextCursor;
    }
    return messages;
  }

  /** The status of a route that one feature flag switches off. */
  async modelsStatus(): Promise<number> {
    return (await this.#http.send({ path: "/v1/models", headers: this.#headers })).status;
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async #send(
    exchange: { path: string; body?: string; mark?: string },
    isWhole: (text: string) => boolean,
  ): Promise<Reply> {
    const reply = await this.#http.send({ ...exchange, headers: this.#headers });
    if (reply.status !== 200) throw new Error(`${reply.status} ${codeIn(reply.text)}`.trim());
    if (!isWhole(reply.text)) throw new Error("200, but not what was asked for");
    return reply;
  }
}

function isOk(text: string): boolean {
  return text.startsWith('{"ok":true');
}

/** The code of an error's answer. */
function codeIn(text: string): string {
  return /"code":"(\w+)"/.exec(text)?.[1] ?? "";
}
