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
  #data: string | undefined;
  #event: string | undefined;
  #id: string | undefined;

  /** The events that end in this text. */
  push(text: string): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    let from = this.#isAfterCarriageReturn && text.startsWith("\n") ? 1 : 0;
    if (text !== "") this.#isAfterCarriageReturn = false;
    let carriageReturn = text.indexOf("\r", from);
    let lineFeed = text.indexOf("\n", from);
    while (carriageReturn !== -1 || lineFeed !== -1) {
      const isCarriageReturn = lineFeed === -1 || (carriageReturn !== -1 && carriageReturn < lineFeed);
      const end = isCarriageReturn ? carriageReturn : lineFeed;
      this.#takeLine(this.#rest === "" ? text.slice(from, end) : this.#rest + text.slice(from, end), events);
      this.#rest = "";
      from = end + 1;
      if (isCarriageReturn) {
        this.#isAfterCarriageReturn = from === text.length;
        if (lineFeed === from) from++;
        carriageReturn = text.indexOf("\r", from);
      }
      if (lineFeed !== -1 && lineFeed < from) lineFeed = text.indexOf("\n", from);
    }
    this.#rest += text.slice(from);
    return events;
  }

  #takeLine(line: string, events: ServerSentEvent[]): void {
    if (line === "") {
      this.#dispatch(events);
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
  }

  #dispatch(events: ServerSentEvent[]): void {
    const [data, event, id] = [this.#data, this.#event, this.#id];
    this.#data = this.#event = this.#id = undefined;
    if (data === undefined) return;
    if (event === undefined && id === undefined) events.push({ data });
    else events.push({ data, ...(event === undefined ? {} : { event }), ...(id === undefined ? {} : { id }) });
  }
}
