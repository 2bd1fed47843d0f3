import { splitSentences, type TextRange } from "#rag/split-sentences";

/** A question that is not answered from documents, and what is said instead. */
export interface QuestionVerdict {
  readonly category: "self_harm";
  /** Shown to the person who asked. */
  readonly reply: string;
}

interface QuestionRule extends QuestionVerdict {
  readonly patterns: readonly RegExp[];
}

const SELF_HARM_REPLY =
  "It sounds as if you are going through something very hard, and I am glad you wrote it down. I cannot help with hurting yourself, but people can help you now: " +
  "please call your local emergency number or a crisis line (in the US and Canada: 988; in the UK and Ireland: Samaritans, 116 123; elsewhere: findahelpline.com), " +
  "or tell someone near you how you feel. You do not have to go through this alone.";

/** About the one who asks, not about the topic: "our suicide prevention policy" is a fair question. */
const QUESTION_RULES: readonly QuestionRule[] = [
  {
    category: "self_harm",
    reply: SELF_HARM_REPLY,
    patterns: [
      /\b(?:i|i'm|im|i’m|me|my)\b[^.?!\n]{0,60}\b(?:kill(?:ing)?|hurt(?:ing)?|harm(?:ing)?|cut(?:ting)?|hang(?:ing)?|poison(?:ing)?) (?:myself|my self)\b/i,
      /\b(?:i|i'm|im|i’m)\b[^.?!\n]{0,40}\b(?:want(?:ed)? to die|wanna die|wish (?:that )?i (?:was|were) dead|end(?:ing)? (?:my life|it all)|(?:feel(?:ing)?|am|be) suicidal|commit(?:ting)? suicide|take my own life|better off dead)\b/i,
      /\b(?:how (?:to|do i|can i|could i|would i)|(?:best|easiest|painless|quickest) (?:way|method)s?(?: to)?)\b[^.?!\n]{0,40}\b(?:kill myself|commit suicide|end my life|hang myself|overdose on|self[- ]harm|hurt myself|cut myself)\b/i,
      /\bi (?:do not|don't|don’t) want to (?:live|be alive|exist)(?: any ?more)?\b/i,
      /\bich (?:will|möchte) (?:sterben|mich umbringen|mir das leben nehmen)\b/i,
      /\bje veux (?:mourir|me tuer|me suicider)\b/i,
      /\b(?:quiero morir|quiero matarme|quiero suicidarme)\b/i,
    ],
  },
];

/** Whether a question needs another answer than the documents can give; `undefined` for every ordinary one. Pure. */
export function checkQuestion(question: string): QuestionVerdict | undefined {
  const text = question.normalize("NFKC");
  return QUESTION_RULES.find(({ patterns }) => patterns.some((pattern) => pattern.test(text)));
}

/** What text in a document may try with the model that reads it. */
export type InjectionKind =
  | "override_instructions"
  | "change_role"
  | "leak"
  | "cross_tenant"
  | "call_tool"
  | "chat_markup"
  | "exfiltrate"
  | "hidden_text";

/** Each pattern looks at a stretch of bounded length, so that no text makes it slow. */
const INJECTION_PATTERNS: readonly (readonly [InjectionKind, RegExp])[] = [
  [
    "override_instructions",
    /\b(?:ignore|disregard|forget|override|bypass|do not follow|stop following)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|existing|other|all|any|your|these|system)\b[^.\n]{0,30}\b(?:instructions?|rules?|prompts?|guidelines?|directions?|restrictions?|messages?)\b/gi,
  ],
  ["override_instructions", /\b(?:new|updated|real) (?:system )?(?:instructions?|prompt)\s*:/gi],
  ["override_instructions", /\b(?:ignorier\w{0,3}|vergiss)\b[^.\n]{0,40}\b(?:anweisung|regel|vorgabe)\w{0,4}/gi],
  ["override_instructions", /\b(?:ignore[rz]?|oublie[rz]?)\b[^.\n]{0,40}\b(?:instructions?|consignes?|règles)/gi],
  [
    "override_instructions",
    /\b(?:ignora|olvida|ignore)\b[^.\n]{0,40}\b(?:instrucciones|reglas|istruzioni|instruções)\b/gi,
  ],
  ["change_role", /\byou are (?:now|no longer)\b[^.\n]{0,60}/gi],
  [
    "change_role",
    /\b(?:act|behave|respond|answer) as (?:if you (?:are|were) )?(?:an? |the )?(?:admin\w*|system|root|developer|dan|unrestricted|jailbroken)\b/gi,
  ],
  ["change_role", /\b(?:developer|god|debug|jailbreak|dan) mode\b[^.\n]{0,30}\b(?:enabled|activated|on)\b/gi],
  [
    "leak",
    /\b(?:reveal|print|show|repeat|output|leak|disclose|expose|tell|give|send)\b[^.\n]{0,40}\b(?:system prompt|hidden (?:prompt|instructions?)|your (?:instructions?|prompt|rules)|initial prompt|api[ -]?keys?|credentials|passwords?|secrets)\b/gi,
  ],
  [
    "cross_tenant",
    /\b(?:reveal|show|list|give|send|access|retrieve|fetch|search|read|include|switch)\b[^.\n]{0,40}\b(?:other|another|all|every|different|foreign)\b[^.\n]{0,20}\b(?:tenants?|customers?'?|organi[sz]ations?|namespaces?)\b/gi,
  ],
  ["call_tool", /\b(?:call|invoke|execute|trigger|run|use)\b[^.\n]{0,30}\b(?:tools?|function[ -]?calls?|plugins?)\b/gi],
  ["call_tool", /\b(?:tool_call|function_call|<tool\b|<function\b)/gi],
  ["chat_markup", /<\|[a-z_]{2,20}\|>|<<\/?SYS>>|\[\/?INST\]|<\/?(?:system|assistant|user|instructions?)>/gi],
  ["chat_markup", /^[ \t]{0,8}(?:system|assistant|developer)[ \t]{0,3}:/gim],
  [
    "chat_markup",
    /\b(?:assistant|ai|model|llm|chatbot)\b[,:]? (?:you )?(?:must|should|has to|have to|shall|will now|please)\b/gi,
  ],
  ["exfiltrate", /!\[[^\]\n]{0,100}\]\(https?:\/\/[^)\s]{1,300}[?&=][^)\s]{0,300}\)/gi],
  [
    "exfiltrate",
    /\b(?:send|post|forward|upload|transmit|email)\b[^.\n]{0,60}\b(?:to|at)\b[^.\n]{0,20}(?:https?:\/\/|[\w.-]{1,60}@)/gi,
  ],
  ["hidden_text", /[\u200b\u200c\u2060\u{e0000}-\u{e007f}]{3,}/gu],
];

/** A sentence that looks like instructions to the model. */
export interface InjectionFinding {
  readonly kind: InjectionKind;
  /** The whole sentence, in the text that was looked at. */
  readonly range: TextRange;
}

/**
 * Finds sentences of a retrieved text that address the model rather than a reader. Pure, linear.
 * A net with known holes: it lowers the odds; what holds is that text of documents never decides scopes, tools or tenants.
 */
export function findInjections(text: string): readonly InjectionFinding[] {
  const sentences = splitSentences(text);
  const findings = new Map<number, InjectionFinding>();
  for (const [kind, pattern] of INJECTION_PATTERNS) {
    for (const { index, 0: match } of text.matchAll(pattern)) {
      for (const range of sentences) {
        if (range.start < index + match.length && index < range.end && !findings.has(range.start))
          findings.set(range.start, { kind, range });
      }
    }
  }
  return [...findings.values()].sort((a, b) => a.range.start - b.range.start);
}

/** What the model reads in the place of such a sentence. */
export const REMOVED_SENTENCE = "(a sentence was removed here)";

/** The text with every found sentence replaced. */
export function withoutInjections(text: string): string {
  let clean = "";
  let at = 0;
  for (const { range } of findInjections(text)) {
    clean += `${text.slice(at, range.start)}${REMOVED_SENTENCE}`;
    at = range.end;
  }
  return clean + text.slice(at);
}
