import { DurableObject, WorkflowEntrypoint } from "cloudflare:workers";

interface BareEnv {
  /** As far as it is used here. */
  readonly AI: { run(model: string, inputs: object): Promise<ReadableStream<Uint8Array>> };
  readonly CHAT_SESSIONS: DurableObjectNamespace<ChatSession>;
}

const MODEL = "@cf/meta/llama-3.1-8b-instruct-fast";

/** The least that a session can do: calls the model, passes its bytes on and stores two rows. No history, no limits, no key. */
export class ChatSession extends DurableObject<BareEnv> {
  async startTurn(message: string): Promise<ReadableStream<Uint8Array>> {
    const inputs = { messages: [{ role: "user", content: message }], stream: true };
    const answer = await this.env.AI.run(MODEL, inputs);
    return answer.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({ flush: () => this.#store(message) }));
  }

  #store(message: string): void {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS messages (seq INTEGER PRIMARY KEY, role TEXT, content TEXT)");
    sql.exec("INSERT INTO messages (role, content) VALUES ('user', ?), ('assistant', ?)", message, "an answer");
  }
}

/** Named by the configuration, not used. */
export class TenantQuota extends DurableObject {}
export class IdempotencyRecord extends DurableObject {}
export class IngestWorkflow extends WorkflowEntrypoint {
  override run(): Promise<void> {
    return Promise.resolve();
  }
}

export default {
  async fetch(request, env) {
    if (request.method === "GET") return new Response("{}");
    const { message, sessionId = crypto.randomUUID() } = await request.json<{ message: string; sessionId?: string }>();
    const events = await env.CHAT_SESSIONS.getByName(sessionId).startTurn(message);
    return new Response(events, { headers: { "content-type": "text/event-stream" } });
  },
} satisfies ExportedHandler<BareEnv>;
