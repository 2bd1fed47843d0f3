import type { ModelClient } from "#ai-gateway/model-client";
import { contentWords, coverage } from "#rag/content-words";
import { measureStage } from "#rag/measure-stage";
import { guessIntent, type QueryIntent } from "#rag/query-intent";
import type { RagCall, RagServices } from "#rag/rag-services";
import { findInjections } from "#rag/safety/find-injections";
import { MAX_QUERY_CHARACTERS } from "#rag/search-request";
import type { StageReport } from "#rag/search-response";
import type { TenantId } from "#tenancy/tenant-id";

/** A model that takes longer is not waited for: a search is worth more than a better wording. */
const MAX_REWRITE_MS = 1_000;
const MAX_REWRITE_TOKENS = 80;
const MAX_REWRITE_CHARACTERS = 300;
/** Share of a rewording's words that have to be the question's: it may add some, it may not change the subject. */
const MIN_COMMON_WORDS = 0.25;

/** What a question is about, as far as that can be told quickly. */
export interface UnderstoodQuery {
  /** What the stores are asked. */
  readonly query: string;
  /** The new wording, when there is one. */
  readonly rewritten: string | undefined;
  readonly intent: QueryIntent;
  /** Absent when nothing was asked of a model. */
  readonly stage: StageReport | undefined;
}

const INSTRUCTIONS =
  "Reword the user's question as a short search query for a full-text search over documents. Keep its language, names, numbers and codes. " +
  "Spell out abbreviations you are sure of. Do not answer it. Reply with the query alone, on one line.";

/**
 * Rewords a question for the stores and guesses its intent. Whatever goes wrong, or takes more than a second: the question
 * as it was asked. The result never becomes part of a cache's key, and never decides what a caller may see.
 */
export async function understandQuery(
  tenantId: TenantId,
  { models, clock }: Pick<RagServices, "models" | "clock">,
  question: string,
  call: RagCall,
): Promise<UnderstoodQuery> {
  const { mode } = call.settings.understanding;
  const intent = guessIntent(withoutCourtesies(question));
  if (mode === "off") return { query: question, rewritten: undefined, intent, stage: undefined };
  const plain = withoutCourtesies(question);
  const byRules = plain === question ? undefined : plain;
  if (mode === "rules") return { query: plain, rewritten: byRules, intent, stage: undefined };

  const { items, report } = await measureStage(clock, "rewrite", async () => {
    const rewording = await askModel(tenantId, models, question, call);
    return isSound(rewording, question) ? [rewording] : [];
  });
  const [rewording] = items;
  if (rewording === undefined) return { query: plain, rewritten: byRules, intent, stage: report };
  // Both wordings: what the model left out still counts.
  const query = `${plain}\n${rewording}`.slice(0, MAX_QUERY_CHARACTERS).toWellFormed();
  return { query, rewritten: rewording, intent, stage: report };
}

async function askModel(tenantId: TenantId, models: ModelClient, question: string, call: RagCall): Promise<string> {
  const { signal } = call.context;
  const late = AbortSignal.timeout(MAX_REWRITE_MS);
  const stream = await models.streamText(
    tenantId,
    {
      model: call.settings.understanding.model,
      messages: [
        { role: "system", content: INSTRUCTIONS },
        { role: "user", content: question },
      ],
      temperature: 0,
      maxTokens: MAX_REWRITE_TOKENS,
    },
    { ...call.context, signal: signal === undefined ? late : AbortSignal.any([signal, late]) },
  );
  let text = "";
  for await (const part of stream.parts) if (part.type === "text") text += part.text;
  return text.trim().replace(/^["'“]+|["'”]+$/g, "");
}

/** Whether a model did what it was asked. Anything else is worth less than the question itself. */
function isSound(rewording: string, question: string): boolean {
  if (rewording === "" || rewording === question) return false;
  if (rewording.length > MAX_REWRITE_CHARACTERS || rewording.includes("\n")) return false;
  const isOnSubject = coverage(contentWords(rewording), contentWords(question)) >= MIN_COMMON_WORDS;
  return isOnSubject && findInjections(rewording).length === 0;
}

const GREETING = /^(?:hi|hello|hey|good (?:morning|afternoon|evening)|hallo|guten tag|bonjour|hola)\b[\s,!.]*/i;
const REQUEST =
  /^(?:(?:please|bitte)[\s,]+)?(?:(?:can|could|would) you (?:please )?(?:tell|show|explain(?: to)?) me|i (?:would like|want|need) to (?:know|understand)|do you know|tell me|i wonder|können sie mir (?:bitte )?sagen)(?:[\s,]+(?:if|whether|about|please|ob))?[\s,]+/i;
/** Begins where white space does: tried at each blank of a long gap, it would take the square of the gap. */
const THANKS = /(?<![\s,])[\s,]*(?:please|thanks|thank you|bitte|danke)[\s!.]*$/i;

/** The question without greeting, "could you tell me" and thanks; as it was when nothing else is left. Pure. */
export function withoutCourtesies(question: string): string {
  const rest = question.trim().replace(GREETING, "").replace(REQUEST, "").replace(THANKS, "").trim();
  return contentWords(rest).size === 0 ? question : rest;
}
