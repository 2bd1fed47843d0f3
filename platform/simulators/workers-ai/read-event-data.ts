/** Most bytes of one read. */
const readBytes = 64 * 1_024;

/**
 * The `data` of the events of a `text/event-stream`, together as they came, from bytes that may be cut anywhere, inside a
 * UTF-8 sequence too. Other fields and comments are skipped. An event that the end of the input cuts off is dropped, as
 * the format says.
 */
export async function* readEventData(body: ReadableStream<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  const reader = body.getReader({ mode: "byob" });
  let memory = new ArrayBuffer(readBytes);
  let buffer = "";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(memory));
      buffer += done ? decoder.decode() : decoder.decode(value, { stream: true });
      if (!done) memory = value.buffer;
      const lines = takeLines(buffer, done);
      buffer = lines.rest;
      const events: string[] = [];
      for (const line of lines.complete) {
        if (line === "" && data.length > 0) {
          events.push(data.join("\n"));
          data = [];
        } else if (line.startsWith("data:")) data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
      }
      if (events.length > 0) yield events;
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
