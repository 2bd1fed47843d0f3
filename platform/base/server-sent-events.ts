/** One event of a `text/event-stream` (WHATWG HTML, section 9.2). */
export interface ServerSentEvent {
  /** Event type; absent means `message`. */
  readonly event?: string;
  /** Cursor for `Last-Event-ID`. */
  readonly id?: string;
  /** Payload, without line breaks of its own unless they belong to it. */
  readonly data: string;
}

const encoder = new TextEncoder();

/** The bytes of one event. A line break inside `data` becomes a further `data:` line, as the format wants. */
export function encodeEvent(event: ServerSentEvent): Uint8Array {
  return encoder.encode(eventText(event));
}

/** The bytes of several events, as one chunk. */
export function encodeEvents(events: readonly ServerSentEvent[]): Uint8Array {
  return encoder.encode(events.map(eventText).join(""));
}

function eventText({ event, id, data }: ServerSentEvent): string {
  let text = "";
  if (id !== undefined) text += `id: ${id}\n`;
  if (event !== undefined) text += `event: ${event}\n`;
  for (const line of data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
  return `${text}\n`;
}

/**
 * Reads events out of bytes that may be cut anywhere, inside a line, a CRLF or a UTF-8 sequence too.
 * Comments and `retry:` are skipped. An event that the end of the input cuts off is dropped, as the standard says.
 */
export async function* decodeEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for await (const chunk of chunks) yield* parser.push(decoder.decode(chunk, { stream: true }));
  yield* parser.push(decoder.decode());
}

/** The line machine of the format, fed with text. */
export class EventParser {
  #rest = "";
  #isAfterCarriageReturn = false;
  #data: string[] = [];
  #event: string | undefined;
  #id: string | undefined;

  *push(text: string): Generator<ServerSentEvent> {
    let input = text;
    if (this.#isAfterCarriageReturn && input.length > 0) {
      if (input.startsWith("\n")) input = input.slice(1);
      this.#isAfterCarriageReturn = false;
    }
    let from = 0;
    const lineEnd = /\r\n|\r|\n/g;
    for (let match = lineEnd.exec(input); match !== null; match = lineEnd.exec(input)) {
      const line = this.#rest + input.slice(from, match.index);
      this.#rest = "";
      from = lineEnd.lastIndex;
      this.#isAfterCarriageReturn = match[0] === "\r" && from === input.length;
      const event = this.#takeLine(line);
      if (event !== undefined) yield event;
    }
    this.#rest += input.slice(from);
  }

  #takeLine(line: string): ServerSentEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined;
    const field = colon === -1 ? line : line.slice(0, colon);
    const raw = colon === -1 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return undefined;
  }

  #dispatch(): ServerSentEvent | undefined {
    const [data, event, id] = [this.#data, this.#event, this.#id];
    this.#data = [];
    this.#event = undefined;
    this.#id = undefined;
    if (data.length === 0) return undefined;
    return { data: data.join("\n"), ...(event === undefined ? {} : { event }), ...(id === undefined ? {} : { id }) };
  }
}
