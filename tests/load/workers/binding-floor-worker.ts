import { DurableObject, WorkflowEntrypoint } from "cloudflare:workers";

interface BindingEnv {
  /** As far as it is used here. */
  readonly AI: { run(model: string, inputs: object, options: object): Promise<Response> };
}

/** Its answers have OpenAI's form already. */
const MODEL = "@cf/openai/gpt-oss-20b";

/** Named by the configuration, not used. */
export class ChatSession extends DurableObject {}
export class TenantQuota extends DurableObject {}
export class IdempotencyRecord extends DurableObject {}
export class IngestWorkflow extends WorkflowEntrypoint {
  override run(): Promise<void> {
    return Promise.resolve();
  }
}

/** The least that a Worker can do whose models are behind `env.AI`: passes the question to the binding, its answer back. */
export default {
  async fetch(request, env) {
    const { messages, stream = false } = await request.json<{ messages: unknown; stream?: boolean }>();
    return env.AI.run(MODEL, { messages, stream }, { gateway: { id: "load" }, returnRawResponse: true });
  },
} satisfies ExportedHandler<BindingEnv>;
