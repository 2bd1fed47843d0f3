import type { ChatEvent } from "#chat/chat-event";
import { APPROVAL_MS, type PausedTurn } from "#chat/paused-turn";
import { runChatTurn, type Turn, type TurnAdmission, type TurnOutcome, type TurnServices } from "#chat/run-chat-turn";
import type { SessionStore } from "#chat/session-store";
import type { ToolState } from "#chat/tool-state";
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
export interface TurnInput extends Omit<Turn, "history" | "signal" | "hasReadStoredText" | "resumed"> {
  /** How many earlier messages the model sees. */
  readonly historyMessages: number;
  /** How long the turn goes on without any reader. */
  readonly graceMs: number;
}

/** Where a turn reads its history from and leaves its events and messages. */
export interface TurnRecords {
  readonly store: SessionStore;
  readonly log: TurnLog;
  readonly toolState: ToolState;
}

/** What a turn is run with. */
export interface TurnRun {
  readonly admission: TurnAdmission;
  /** The end of the turns before it. */
  readonly before: Promise<void> | undefined;
  /** The turn that waited for a person, when this is one that goes on. */
  readonly paused?: PausedTurn;
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
    { admission, before, paused }: TurnRun,
  ): Promise<void> {
    await before;
    const { models } = admission;
    try {
      if (paused === undefined) this.#begin(input, services.clock.nowMs());
      else this.#reopen(paused);
      const events = runChatTurn(tenantId, { ...services, models }, this.#settle(input, paused), (outcome) =>
        this.#commit(input, outcome, services.clock.nowMs()),
      );
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

  /** Nobody can decide any more on a turn that waited: what it said is kept as its answer. */
  #begin({ traceId, messages }: TurnInput, nowMs: number): void {
    const { store, log, toolState } = this.#records;
    const { paused } = toolState;
    if (paused !== undefined && paused.text !== "")
      store.append([...paused.input.messages, { role: "assistant", content: paused.text }], nowMs);
    toolState.setPaused(undefined);
    this.#turn = log.begin(traceId, messages);
    this.#broadcast.begin(this.#turn);
  }

  #reopen({ turn, input }: PausedTurn): void {
    const { log } = this.#records;
    log.reopen(input.traceId, input.messages);
    this.#turn = turn;
    this.#broadcast.begin(turn, log.events());
    this.#flushedIndex = this.#broadcast.lastIndex;
  }

  /** Keeps the answer; of a turn that waits for a person, what it needs to go on. */
  #commit(input: TurnInput, { text, usage, hasReadStoredText, paused }: TurnOutcome, nowMs: number): void {
    const { store, toolState } = this.#records;
    if (hasReadStoredText) toolState.noteStoredText();
    if (paused === undefined) {
      const answer = { role: "assistant" as const, content: text, tokenCount: usage.tokensOut };
      store.append([...input.messages, answer], nowMs);
      return;
    }
    const expiresAtMs = nowMs + APPROVAL_MS;
    toolState.setPaused({ turn: this.#turn ?? 0, expiresAtMs, input, text, rounds: paused, approvals: new Map() });
  }

  #settle({ historyMessages, graceMs: _, ...settled }: TurnInput, paused?: PausedTurn): Turn {
    const { store, toolState } = this.#records;
    const resumed = paused && {
      text: paused.text,
      rounds: { paused: paused.rounds, approvals: paused.approvals },
    };
    return {
      ...settled,
      history: store.latest(historyMessages),
      hasReadStoredText: toolState.hasReadStoredText,
      ...(resumed === undefined ? {} : { resumed }),
      signal: this.#abort.signal,
    };
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
