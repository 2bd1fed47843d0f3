import { sha256Hex } from "#base/digest";
import { defect, PlatformError } from "#base/errors";
import { RENEW_EVERY_MS } from "#idempotency/claim";
import { parseIdempotencyKey } from "#idempotency/idempotency-key";
import { type RecordAddress, recordName } from "#idempotency/record-name";
import type { BeginReply, IdempotencyEnv, IdempotencyRecord, Outcome } from "#idempotency/record-object";
import type { KeptAnswer } from "#idempotency/record-store";
import { sendAndKeep } from "#idempotency/send-and-keep";
import type { TenantId } from "#tenancy/tenant-id";

/** A request that carries an `Idempotency-Key`. */
export interface KeyedRequest {
  /** The header's value, unchecked. */
  readonly key: string;
  readonly principalId: string;
  /** The route's pattern. */
  readonly route: string;
  /** Everything that makes it this request: path and body. Only its digest is kept. */
  readonly content: Uint8Array;
  /** Whether an answer that began well has failed in its middle: such an answer is not kept. Asked when it has ended. */
  readonly hasFailed: () => boolean;
  /** Keeps the isolate alive until an answer is complete and stored, whether or not its client still reads. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Told when an answer could not be stored: the key stays blocked until its claim runs out. */
  readonly reportFailure: (error: unknown) => void;
}

const NO_BYTES = new Uint8Array();

/** Answers each keyed request once; a repetition gets the same answer, from the store. */
export class AnswerOnce {
  readonly #records: IdempotencyEnv["IDEMPOTENCY"];

  constructor(records: IdempotencyEnv["IDEMPOTENCY"]) {
    this.#records = records;
  }

  /**
   * Runs `answer` if the key is new, and stores what it gives if that is a 2xx; anything else frees the key.
   * @throws PlatformError `invalid_request` for a malformed key, `conflict` while the first request runs or when its answer
   * was too large to be kept, `idempotency_mismatch` when the first one was another request; whatever `answer` throws.
   */
  async run(tenantId: TenantId, request: KeyedRequest, answer: () => Promise<Response>): Promise<Response> {
    const { principalId, route } = request;
    const keyDigest = await sha256Hex(parseIdempotencyKey(request.key));
    const address: RecordAddress = { principalId, route, keyDigest };
    const name = recordName(tenantId, address);
    const record = () => this.#records.getByName(name);
    const reply: BeginReply = await record().begin(tenantId, address, await sha256Hex(request.content));
    if (reply.verdict === "answered") return replay(reply.answer);
    if (reply.verdict !== "granted") throw refusal(reply.verdict);
    const claim = new Claim(tenantId, { record, address, claimId: reply.claimId }, request.reportFailure);
    // The work goes on when the client leaves: a repetition then finds its answer.
    const work = answerAndKeep(request, answer, claim);
    request.waitUntil(work.then(({ kept }) => kept).catch(() => undefined));
    return (await work).response;
  }
}

/** A key that this request holds. None of its methods throws: an answer must not be lost to what is kept of it. */
class Claim {
  /** A new stub for each call: one whose object was reset meanwhile fails for ever. */
  readonly #record: () => DurableObjectStub<IdempotencyRecord>;
  readonly #held: readonly [tenantId: TenantId, address: RecordAddress, claimId: string];
  readonly #renewal: ReturnType<typeof setInterval>;
  readonly #reportFailure: KeyedRequest["reportFailure"];

  constructor(
    tenantId: TenantId,
    held: { record: () => DurableObjectStub<IdempotencyRecord>; address: RecordAddress; claimId: string },
    reportFailure: KeyedRequest["reportFailure"],
  ) {
    this.#record = held.record;
    this.#held = [tenantId, held.address, held.claimId];
    this.#reportFailure = reportFailure;
    this.#renewal = setInterval(
      () =>
        void this.#record()
          .renew(...this.#held)
          .catch(reportFailure),
      RENEW_EVERY_MS,
    );
  }

  async end(outcome: Outcome): Promise<void> {
    clearInterval(this.#renewal);
    const end = (): Promise<void> => this.#record().end(...this.#held, outcome);
    // A claim that has ended already stays as it is: to end it once more is safe.
    await end().catch(end).catch(this.#reportFailure);
  }
}

async function answerAndKeep(
  request: KeyedRequest,
  answer: () => Promise<Response>,
  claim: Claim,
): Promise<{ response: Response; kept: Promise<void> }> {
  let response: Response;
  try {
    response = await answer();
  } catch (error) {
    await claim.end({ kind: "failed" });
    throw error;
  }
  if (!response.ok) {
    await claim.end({ kind: "failed" });
    return { response, kept: Promise.resolve() };
  }
  const sent: ReadableStream<Uint8Array> | null = response.body;
  const body = sent === null ? { sent: null, kept: Promise.resolve(NO_BYTES) } : sendAndKeep(sent);
  const head = { status: response.status, headers: Object.fromEntries(response.headers) };
  const kept = body.kept.then(
    (bytes) => claim.end(outcomeOf(request, bytes, head)),
    () => claim.end({ kind: "failed" }),
  );
  // A whole answer is stored before it is sent, so that whoever has seen it can have it replayed.
  if (response.headers.get("content-type")?.startsWith("application/json") === true) await kept;
  return { response: new Response(body.sent, response), kept };
}

function outcomeOf(request: KeyedRequest, body: Uint8Array | undefined, head: Omit<KeptAnswer, "body">): Outcome {
  if (request.hasFailed()) return { kind: "failed" };
  return body === undefined ? { kind: "too_large" } : { kind: "answered", answer: { ...head, body } };
}

function replay({ status, headers, body }: KeptAnswer): Response {
  const response = new Response(body.byteLength === 0 ? null : body, { status, headers });
  response.headers.set("idempotency-replayed", "true");
  return response;
}

function refusal(verdict: Exclude<BeginReply["verdict"], "granted" | "answered">): PlatformError {
  switch (verdict) {
    case "running":
      return new PlatformError("conflict", "The first request with this Idempotency-Key is still running.", {
        headers: { "retry-after": "1" },
      });
    case "too_large":
      return new PlatformError(
        "conflict",
        "The first request with this Idempotency-Key has succeeded, but its answer was too large to be kept. Use a new key to run it again.",
        { headers: { "x-should-retry": "false" } },
      );
    case "mismatch":
      return new PlatformError("idempotency_mismatch", "This Idempotency-Key was used for another request.");
    case "wrong_address":
      return defect("an idempotency record was asked for another key");
  }
}
