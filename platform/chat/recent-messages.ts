import type { ChatMessage } from "#ai-gateway/model-client";

/** A session that said more than this lately is read from its rows each time: an isolate holds many sessions. */
const MAX_CHARS = 500_000;

/** The latest messages of a session, kept between its turns: each of them reads the same ones again. */
export class RecentMessages {
  #wanted = 0;
  #messages: ChatMessage[] | undefined;
  #chars = 0;

  /** The latest `count`, oldest first; undefined: the rows have to be read. */
  latest(count: number): ChatMessage[] | undefined {
    return this.#messages === undefined || count > this.#wanted ? undefined : this.#messages.slice(-count);
  }

  /** Keeps the latest `count` messages, which were read. There may be fewer. */
  keep(count: number, messages: readonly ChatMessage[]): void {
    this.forget();
    this.#wanted = count;
    this.#messages = [];
    this.add(messages);
  }

  /** These were stored after all others. */
  add(messages: readonly ChatMessage[]): void {
    if (this.#messages === undefined) return;
    this.#messages.push(...messages);
    this.#chars += charsOf(messages);
    this.#chars -= charsOf(this.#messages.splice(0, Math.max(0, this.#messages.length - this.#wanted)));
    if (this.#chars > MAX_CHARS) this.forget();
  }

  /** Rows were removed: what is kept may not be there any more. */
  forget(): void {
    this.#messages = undefined;
    this.#chars = this.#wanted = 0;
  }
}

function charsOf(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}
