import type { TextPart, TextStream } from "#ai-gateway/model-client";
import { type CompletionHead, toFinishReason, toToolCallObject, toUsageObject } from "#openai/completion";

export interface StreamOptions {
  /** Send the usage as a last chunk of its own (`stream_options.include_usage`). */
  readonly includesUsage: boolean;
  /** The body of the error that is told when the answer breaks off: `{"error": …}`. */
  readonly describeFailure: (thrown: unknown) => object;
  /** The client has left: ends the model's call, also while it is silent. */
  readonly onLeave: () => void;
}

const encoder = new TextEncoder();

/**
 * An answer as OpenAI's stream of `chat.completion.chunk` events, ended by `[DONE]`. One that breaks off ends with an
 * error event and without `[DONE]`, which is how clients tell it from a whole one. A client that leaves cancels the answer.
 *
 * Resolves with the first events; an answer that is complete with them, as one from a cache is, is given as text: a
 * stream would cost more than what it carries.
 */
export async function streamCompletion(
  head: CompletionHead,
  answer: TextStream["batches"],
  { includesUsage, describeFailure, onLeave }: StreamOptions,
): Promise<ReadableStream<Uint8Array> | string> {
  const batches = answer[Symbol.asyncIterator]();
  const writer = new ChunkWriter(head, includesUsage);
  let hasLeft = false;
  const readOn = async (): Promise<Piece> => {
    try {
      const next = await batches.next();
      if (next.done === true) return { text: "", isLast: true };
      return { text: writer.write(next.value), isLast: next.value.at(-1)?.type === "end" };
    } catch (thrown) {
      if (hasLeft) return { text: "", isLast: true };
      return { text: event(JSON.stringify(describeFailure(thrown))), isLast: true };
    }
  };
  let piece = await readOn();
  if (piece.isLast) return piece.text;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      // The stream asks again only for what it was given something.
      while (piece.text === "" && !piece.isLast) piece = await readOn();
      if (hasLeft) return;
      if (piece.text !== "") controller.enqueue(encoder.encode(piece.text));
      if (piece.isLast) controller.close();
      piece = { ...piece, text: "" };
    },
    async cancel() {
      hasLeft = true;
      onLeave();
      await batches.return?.();
    },
  });
}

/** Events that are sent together. */
interface Piece {
  readonly text: string;
  readonly isLast: boolean;
}

/** Writes chunks as text. What is the same in all of them is written once. */
export class ChunkWriter {
  readonly #start: string;
  readonly #afterDelta: string;
  readonly #includesUsage: boolean;
  #isFirst = true;
  #toolCalls = 0;

  constructor({ id, created, model }: CompletionHead, includesUsage: boolean) {
    const head = JSON.stringify({ id, object: "chat.completion.chunk", created, model });
    this.#start = `data: ${head.slice(0, -1)},"choices":[`;
    // With usage wanted, every chunk has the field, as OpenAI's have.
    this.#afterDelta = `${includesUsage ? ',"usage":null' : ""}}\n\n`;
    this.#includesUsage = includesUsage;
  }

  write(parts: readonly TextPart[]): string {
    let text = "";
    for (const part of parts) {
      if (this.#isFirst) text += this.#chunk('{"role":"assistant","content":"","refusal":null}');
      this.#isFirst = false;
      text += this.#writePart(part);
    }
    return text;
  }

  #writePart(part: TextPart): string {
    switch (part.type) {
      case "text":
        return this.#chunk(`{"content":${JSON.stringify(part.text)}}`);
      case "tool_call": {
        const call = { index: this.#toolCalls++, ...toToolCallObject(part.call) };
        return this.#chunk(JSON.stringify({ tool_calls: [call] }));
      }
      case "end": {
        const last = this.#chunk("{}", `"${toFinishReason(part.finishReason)}"`);
        const usage = this.#includesUsage
          ? `${this.#start}],"usage":${JSON.stringify(toUsageObject(part.usage))}}\n\n`
          : "";
        return last + usage + event("[DONE]");
      }
    }
  }

  #chunk(delta: string, finishReason = "null"): string {
    return `${this.#start}{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}]${this.#afterDelta}`;
  }
}

function event(data: string): string {
  return `data: ${data}\n\n`;
}
