import type { Paint } from "#tools/command/paint";
import type { ChatAnswer, Citation } from "#tools/tenant/client/chat-stream";

/** Text of a model or a document, made safe for a terminal: no control character but line break and tab. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

/** One line per source, in the order of their numbers. Pure. */
export function formatSources(citations: readonly Citation[], paint: Paint): string[] {
  const byNumber = new Map(citations.map((citation) => [citation.n, citation]));
  return [...byNumber.values()]
    .toSorted((a, b) => a.n - b.n)
    .map(({ n, docId, verdict }) => {
      const doubt =
        verdict === undefined || verdict === "supported" ? "" : paint("yellow", ` (${verdict.replace("_", " ")})`);
      return `  ${paint("cyan", `[${n}]`)} ${printable(docId ?? "unknown document")}${doubt}`;
    });
}

/** What the turn cost and how to go on with it. Pure. */
export function formatFooter({ modelId, usage, sessionId }: ChatAnswer): string {
  const cost =
    usage === undefined ? "" : ` · ${usage.tokensIn} + ${usage.tokensOut} tokens · ${Math.round(usage.latencyMs)} ms`;
  return `${modelId}${cost} · session ${sessionId}`;
}
