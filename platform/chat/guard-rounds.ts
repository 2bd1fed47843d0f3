import type { RoundPart } from "#llm-tools/tool-rounds";
import { addressesIn, AnswerGuard } from "#rag/safety/answer-guard";

/**
 * Passes an answer on that no sources were looked up for. From the first stored text on that the model reads, in this turn or
 * before it, nothing comes out that such a text may have talked it into: see `AnswerGuard`.
 *
 * @param told what the model has been told; addresses in it, and in what tools give, may be repeated
 */
export async function* guardRounds(
  batches: AsyncIterable<readonly RoundPart[]>,
  told: string,
  hasReadStoredText: boolean,
): AsyncGenerator<readonly RoundPart[], void, undefined> {
  let known: readonly string[] | undefined;
  const newGuard = (given = ""): AnswerGuard => {
    known = [...(known ?? addressesIn(told)), ...addressesIn(given)];
    return new AnswerGuard(known, { redactPii: false });
  };
  let guard = hasReadStoredText ? newGuard() : undefined;
  for await (const batch of batches) {
    const parts: RoundPart[] = [];
    for (const part of batch) {
      const isText = part.type === "text";
      const text = isText ? (guard?.push(part.text) ?? part.text) : guard?.flush();
      if (text) parts.push({ type: "text", text });
      if (!isText) parts.push(part);
      if (part.type !== "tool" || part.event.event !== "tool_result") continue;
      guard = newGuard(JSON.stringify(part.event.data.result).replace(/\\[nrt]/g, " "));
    }
    if (parts.length > 0) yield parts;
  }
}
