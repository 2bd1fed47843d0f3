import type { ChatEvent } from "#chat/chat-event";
import { runChatTurn, type Turn, type TurnAdmission, type TurnServices } from "#chat/run-chat-turn";
import type { SessionStore } from "#chat/session-store";
import { TurnBroadcast } from "#chat/turn-broadcast";
import type { TurnLog } from "#chat/turn-log";
import type { RateDemand } from "#limits/quota-message";
import type { TenantId } from "#tenancy/tenant-id";

/** Events reach the session's SQLite at least this often: what an eviction in mid-turn can lose. */
const FLUSH_MS = 1_000;
/**
 * A turn is written for the first time so long after its begin: what is sent to a model after a write waits until the write
 * is safe. A turn that is over sooner is written once, at its end.
 */
const FIRST_FLUSH_MS = 50;

/** What a turn is told by the Worker. The history comes from the session. */
export interface TurnInput extends Omit<Turn, "history" | "signal"> {
  /** How many earlier messages the model sees. */
  readonly historyMessages: number;
  /** How long the turn goes on without any reader. */
  readonly graceMs: number;
}

/** Where a turn reads its history from and leaves its events and messages. */
export interface TurnRecords {
  readonly store: SessionStore;
  readonly log: TurnLog;
}

/**
 * One turn of a session from start to end, on its own: readers come and go. Without any reader for the grace time the
 * model call is cancelled; what was produced is stored like a finished answer.
 */
export class RunningTurn {
  readonly #abort = new AbortController();
  readonly #broadcast: TurnBroadcast;
  readonly #records: TurnRecords;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #flushedIndex = 0;
  #turn: number | undefined;

  constructor(records: TurnRecords, graceMs: number) {
    this.#records = records;
    this.#broadcast = new TurnBroadcast((readers) => {
      if (this.#graceTimer !== undefined) clearTimeout(this.#graceTimer);
      this.#graceTimer = readers > 0 ? undefined : setTimeout(() => this.#abort.abort(), graceMs);
    });
  }

  /** The turn's number; `undefined` while it waits for those before it. */
  get turn(): number | undefined {
    return this.#turn;
  }

  get lastIndex(): number {
    return this.#broadcast.lastIndex;
  }

  follow(after?: number): ReadableStream<Uint8Array> {
    return this.#broadcast.follow(after);
  }

  /** A stream of one chunk: what `render` makes of all events, once the turn has ended. */
  followWhole(render: (events: readonly ChatEvent[]) => string): ReadableStream<Uint8Array> {
    return this.#broadcast.followWhole(render);
  }

  /** Cancels the model call; the turn then ends as it would without readers. */
  cancel(): void {
    this.#abort.abort();
  }

  /** Lets the turn in, by what is known of it now. Throws what `TurnServices.admit` throws. */
  admit(
    tenantId: TenantId,
    services: TurnServices,
    input: TurnInput,
    rate: readonly RateDemand[],
  ): Promise<TurnAdmission> {
    return services.admit(tenantId, this.#settle(input), rate);
  }

  /** Runs the turn once `before` has ended. Never rejects: whatever fails is reported and told as an event. */
  async run(
    tenantId: TenantId,
    services: TurnServices,
    input: TurnInput,
    { admission, before }: { admission: TurnAdmission; before: Promise<void> | undefined },
  ): Promise<void> {
    await before;
    const { store, log } = this.#records;
    const { models } = admission;
    try {
      this.#turn = log.begin(input.traceId, input.messages);
      this.#broadcast.begin(this.#turn);
      const events = runChatTurn(tenantId, { ...services, models }, this.#settle(input), ({ text, usage }) => {
        const answer = { role: "assistant" as const, content: text, tokenCount: usage.tokensOut };
        store.append([...input.messages, answer], services.clock.nowMs());
      });
      for await (const batch of events) {
        this.#broadcast.publish(batch);
        this.#flushTimer ??= setTimeout(() => this.#flush(), this.#flushedIndex === 0 ? FIRST_FLUSH_MS : FLUSH_MS);
      }
    } catch (error) {
      services.reportFailure(tenantId, input.traceId, error);
    } finally {
      admission.release();
      this.#end(services.clock.nowMs());
    }
  }

  #settle({ historyMessages, graceMs: _, ...settled }: TurnInput): Turn {
    return { ...settled, history: this.#records.store.latest(historyMessages), signal: this.#abort.signal };
  }

  /** In the same transaction as the messages: no await lies between the commit and this. */
  #end(nowMs: number): void {
    if (this.#flushTimer !== undefined) clearTimeout(this.#flushTimer);
    this.#records.store.save(nowMs);
    this.#records.log.end(this.#broadcast.after(this.#flushedIndex));
    this.#broadcast.close();
    if (this.#graceTimer !== undefined) clearTimeout(this.#graceTimer);
  }

  #flush(): void {
    this.#flushTimer = undefined;
    this.#records.store.save(Date.now());
    this.#records.log.append(this.#broadcast.after(this.#flushedIndex));
    this.#flushedIndex = this.#broadcast.lastIndex;
  }
}
