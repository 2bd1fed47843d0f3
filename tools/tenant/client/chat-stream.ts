import * as z from "#base/zod";

import { CommandError } from "#tools/command/command-line";
import { streamFromTenant, type TenantAddress } from "#tools/tenant/client/tenant-client";

/** What a turn is asked with. */
export interface ChatTurn {
  readonly message: string;
  readonly sessionId?: string;
  /** Ground the answer in the tenant's documents. */
  readonly rag?: boolean;
}

const citationSchema = z.object({
  n: z.number(),
  docId: z.optional(z.string()),
  chunkId: z.optional(z.string()),
  verdict: z.optional(z.enum(["supported", "unsupported", "unknown_source"])),
});
const usageSchema = z.object({
  modelId: z.string(),
  tokensIn: z.number(),
  tokensOut: z.number(),
  totalTokens: z.number(),
  latencyMs: z.number(),
});
const eventSchema = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("start"),
    data: z.object({ sessionId: z.string(), modelId: z.string(), traceId: z.string() }),
  }),
  z.object({ event: z.literal("message"), data: z.object({ content: z.string() }) }),
  z.object({ event: z.literal("citation"), data: citationSchema }),
  z.object({
    event: z.literal("error"),
    data: z.object({ code: z.string(), message: z.string(), traceId: z.optional(z.string()) }),
  }),
  z.object({
    event: z.literal("done"),
    data: z.object({ ok: z.boolean(), usage: z.optional(usageSchema), finishReason: z.optional(z.string()) }),
  }),
]);

/** An event of a streamed chat that a client acts on; others are left out. */
export type ChatStreamEvent = z.infer<typeof eventSchema>;
export type Citation = z.infer<typeof citationSchema>;
export type Usage = z.infer<typeof usageSchema>;

/** What a whole turn came to. */
export interface ChatAnswer {
  readonly sessionId: string;
  readonly content: string;
  readonly citations: readonly Citation[];
  readonly modelId: string;
  readonly finishReason: string;
  readonly usage: Usage | undefined;
}

/**
 * Runs one turn; `onText` gets each piece as it arrives.
 * @throws CommandError when the turn fails or the stream breaks off before its end.
 */
export async function runChatTurn(
  address: TenantAddress,
  turn: ChatTurn,
  onText: (text: string) => void,
  signal?: AbortSignal,
): Promise<ChatAnswer> {
  let [sessionId, modelId, content] = ["", "", ""];
  let failure: CommandError | undefined;
  const citations: Citation[] = [];
  for await (const { event, data } of chatEvents(address, turn, signal)) {
    if (event === "start") ({ sessionId, modelId } = data);
    else if (event === "citation") citations.push(data);
    else if (event === "error")
      failure = new CommandError(data.message, {
        why: `${data.code}${data.traceId === undefined ? "" : `, trace ${data.traceId}`}`,
      });
    else if (event === "message") {
      content += data.content;
      onText(data.content);
    } else {
      if (failure !== undefined) throw failure;
      return { sessionId, content, citations, modelId, finishReason: data.finishReason ?? "stop", usage: data.usage };
    }
  }
  throw (
    failure ??
    new CommandError("the answer broke off", {
      why: "the stream ended without its last event",
      fix: "ask again; the server's log has the reason",
    })
  );
}

async function* chatEvents(
  address: TenantAddress,
  turn: ChatTurn,
  signal?: AbortSignal,
): AsyncGenerator<ChatStreamEvent> {
  for await (const { event = "message", data } of streamFromTenant(address, "/chat", turn, signal)) {
    const parsed = eventSchema.safeParse({ event, data: parseJson(data) });
    if (parsed.success) yield parsed.data;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not an event of ours: the schema refuses it.
    return undefined;
  }
}
