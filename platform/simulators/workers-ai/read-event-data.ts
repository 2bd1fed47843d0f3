/**
 * The `data` of each event of a `text/event-stream`, from bytes that may be cut anywhere, inside a UTF-8 sequence too.
 * Other fields and comments are skipped. An event that the end of the input cuts off is dropped, as the format says.
 */
export async function* readEventData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let buffer = "";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      buffer += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = takeLines(buffer, done);
      buffer = lines.rest;
      for (const line of lines.complete) {
        if (line === "" && data.length > 0) {
          yield data.join("\n");
          data = [];
        } else if (line.startsWith("data:")) data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
      }
      if (done) return;
    }
  } finally {
    await reader.cancel();
  }
}

/** Lines that surely ended: a CR at the very end may be half of a CRLF, so it waits for what comes next. */
function takeLines(text: string, isEnd: boolean): { complete: string[]; rest: string } {
  const held = !isEnd && text.endsWith("\r") ? "\r" : "";
  const lines = text.slice(0, text.length - held.length).split(/\r\n|\r|\n/);
  const rest = (lines.pop() ?? "") + held;
  return { complete: lines, rest };
}
