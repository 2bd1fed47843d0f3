import { HttpClient, type Reply } from "#tests/load/measure/http-client";
import type { Servers } from "#tests/load/servers/servers";

/** One way to the upstream's chat completions. */
export interface CompletionSubject {
  readonly name: "direct" | "floor" | "env.AI floor" | "peer" | "ours" | "ours, limits off" | "ours, measured";
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pid: number;
}

/** Events of the upstream's stream. */
export const STREAMED_EVENTS = 66;
const MESSAGES = [{ role: "user", content: "Say hello." }];
const PATH = "/v1/chat/completions";

/** Every way to the upstream: none, the least, somebody else's and ours. */
export async function completionSubjects(servers: Servers): Promise<readonly CompletionSubject[]> {
  const upstream = await servers.upstream();
  const floor = await servers.floor();
  const binding = await servers.bindingFloor();
  const peer = await servers.peer();
  const on = await servers.product(true);
  const off = await servers.product(false);
  const peerHeaders = {
    authorization: "Bearer none",
    "x-portkey-provider": "openai",
    "x-portkey-custom-host": `${upstream.url}/v1`,
  };
  const own = ({ facts }: typeof on) => ({ authorization: `Bearer ${facts["key"] ?? ""}` });
  return [
    { name: "direct", origin: upstream.url, headers: {}, pid: upstream.pid },
    { name: "floor", origin: floor.url, headers: {}, pid: floor.pid },
    { name: "env.AI floor", origin: binding.url, headers: {}, pid: binding.pid },
    { name: "peer", origin: peer.url, headers: peerHeaders, pid: peer.pid },
    { name: "ours", origin: on.url, headers: own(on), pid: on.pid },
    { name: "ours, limits off", origin: off.url, headers: own(off), pid: off.pid },
  ];
}

/** Clients of some subjects, for as long as `use` takes. */
export async function withClients<Result>(
  subjects: readonly CompletionSubject[],
  connections: number,
  use: (clients: ReadonlyMap<CompletionSubject["name"], CompletionClient>) => Promise<Result>,
): Promise<Result> {
  const clients = new Map(subjects.map((subject) => [subject.name, new CompletionClient(subject, connections)]));
  try {
    return await use(clients);
  } finally {
    await Promise.all([...clients.values()].map((client) => client.close()));
  }
}

/** Asks one subject for completions, and makes sure that what comes is whole. */
export class CompletionClient {
  readonly #client: HttpClient;
  readonly #subject: CompletionSubject;

  constructor(subject: CompletionSubject, connections: number) {
    this.#subject = subject;
    this.#client = new HttpClient(subject.origin, connections);
  }

  /** One answer as JSON. */
  async whole(): Promise<Reply> {
    const body = JSON.stringify({ model: null, messages: MESSAGES });
    const reply = await this.#client.send({ path: PATH, headers: this.#subject.headers, body });
    if (reply.status === 200 && reply.text.includes('"finish_reason":"stop"')) return reply;
    throw this.#unexpected(reply);
  }

  /** One answer as a stream. */
  async streamed(): Promise<Reply> {
    const options = { stream: true, stream_options: { include_usage: true } };
    const body = JSON.stringify({ model: null, messages: MESSAGES, ...options });
    const reply = await this.#client.send({ path: PATH, headers: this.#subject.headers, body });
    const events = reply.text.split("\n\n").length - 1;
    if (reply.status === 200 && events >= STREAMED_EVENTS && reply.text.trimEnd().endsWith("[DONE]")) return reply;
    throw this.#unexpected(reply);
  }

  /** A stream whose model says one word and is then silent. */
  open(): Promise<{ close(): void }> {
    const body = JSON.stringify({ model: null, messages: [{ role: "user", content: "hold" }], stream: true });
    return this.#client.open({ path: PATH, headers: this.#subject.headers, body });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #unexpected({ status, text }: Reply): Error {
    return new Error(`${this.#subject.name} answered ${status}: ${text.slice(0, 500)}`);
  }
}
