import { contentWords } from "#rag/content-words";
import { findInjections } from "#rag/safety/find-injections";
import { maskPrivate, type PrivacyRules } from "#rag/safety/mask-private";
import { replyToSelfHarm } from "#rag/safety/self-harm";

/** Why a question is not answered from documents, or what was taken out of it. */
export type QuestionCategory = "self_harm" | "prompt_injection" | "private_data";

/** A question that may go on: to the stores, to models, into the key of a cache. */
export interface AdmittedQuestion {
  readonly isBlocked: false;
  /** Without credentials, private data as the tenant wants it, and, for a model, orders to it. */
  readonly question: string;
  /** What had to be taken out. */
  readonly category: QuestionCategory | undefined;
}

/** A question that gets another answer than the documents can give. */
export interface BlockedQuestion {
  readonly isBlocked: true;
  readonly category: QuestionCategory;
  /** Shown to the person who asked. */
  readonly reply: string;
}

export interface ScreeningRules extends PrivacyRules {
  /** Whether a chat model will read the question; a search for "ignore all instructions" is as good as any other. */
  readonly isForModel: boolean;
}

const ONLY_ORDERS_REPLY =
  "I answer questions from the documents; I cannot change my instructions or show them. What would you like to know from the documents?";

/** Looks at a question before anything else does: the cache, the stores, a model. Pure. */
export function screenQuestion(question: string, rules: ScreeningRules): AdmittedQuestion | BlockedQuestion {
  const reply = replyToSelfHarm(question);
  if (reply !== undefined) return { isBlocked: true, category: "self_harm", reply };
  const masked = maskPrivate(question, rules);
  const category = masked === question ? undefined : "private_data";
  const orders = rules.isForModel ? findInjections(withoutQuotations(masked), "question") : [];
  if (orders.length === 0) return { isBlocked: false, question: masked, category };

  let rest = "";
  let at = 0;
  for (const { range } of orders) {
    rest += masked.slice(at, range.start);
    at = range.end;
  }
  rest = (rest + masked.slice(at)).trim();
  if (contentWords(rest).size === 0) return { isBlocked: true, category: "prompt_injection", reply: ONLY_ORDERS_REPLY };
  return { isBlocked: false, question: rest, category: "prompt_injection" };
}

const QUOTATION = /"[^"\n]{1,300}"|“[^”\n]{1,300}”|«[^»\n]{1,300}»|„[^“\n]{1,300}“|`[^`\n]{1,300}`/g;

/** What is quoted is asked about, not ordered. Keeps the length. */
function withoutQuotations(text: string): string {
  return text.replace(QUOTATION, (quotation) => " ".repeat(quotation.length));
}
