import { splitSentences, type TextRange } from "#rag/split-sentences";
import { plainView } from "#rag/safety/plain-view";

/** What a person in need hears, by language. Numbers: the services' own pages. */
const REPLIES = {
  en:
    "I am glad you wrote this down, and I am sorry it is so hard. I cannot help with self-harm, but people can, right now: call your local emergency number or a crisis line " +
    "(US and Canada: 988; UK and Ireland: Samaritans, 116 123; elsewhere: findahelpline.com), or tell someone near you. You are not alone.",
  de:
    "Gut, dass du es aussprichst. Beim Verletzen helfe ich nicht, aber Menschen können dir jetzt helfen: Notruf 112 oder Telefonseelsorge " +
    "(Deutschland: 0800 111 0 111; Österreich: 142; Schweiz: 143), oder jemand in deiner Nähe. Du bist nicht allein.",
  fr:
    "C'est bien de l'avoir écrit. Je ne peux pas aider à se faire du mal, mais des personnes peuvent vous aider maintenant : le 3114 (France, 24 h/24), le 112, " +
    "ou quelqu'un près de vous. Vous n'êtes pas seul.",
  es:
    "Me alegra que lo hayas escrito. No puedo ayudar a hacerte daño, pero hay personas que pueden ayudarte ahora: llama al 024 (España), al 112 " +
    "o a la línea de tu país (findahelpline.com). No estás solo.",
} as const;

type Language = keyof typeof REPLIES;

const OTHERS =
  "(?:(?:boy|girl)?friend|brother|sister|son|daughter|child|mother|father|wife|husband|partner|colleague|student)";

/** About the one who asks, or somebody near, not about the topic: "our suicide prevention policy" is a fair question. Looked for in a plain view. */
const IN_NEED: readonly (readonly [Language, RegExp])[] = [
  [
    "en",
    new RegExp(
      [
        "\\b(?:i|i['’]?m|me|my)\\b[^.?!\\n]{0,60}\\b(?:kill|hurt|harm|cutt?|hang|poison|shoot|drown)(?:ing)? my ?self\\b",
        "\\b(?:i|i['’]?m)\\b[^.?!\\n]{0,40}\\b(?:(?:want(?:ed)? to|wanna) die|wish (?:that )?i (?:was|were) dead|end(?:ing)? (?:my (?:own )?life|it all)|suicidal|commit(?:ting)? suicide|take my own life|better off dead)\\b",
        "\\b(?:how (?:to|do i|can i|could i)|(?:best|easiest|painless|quickest) (?:way|method)s?)\\b[^.?!\\n]{0,40}\\b(?:(?:kill|hang|hurt|cut) (?:my|your)self|commit suicide|end my life|overdose on|self[- ]harm)\\b",
        "\\bi (?:do not|don['’]?t) want to (?:live|be alive|exist)\\b",
        `\\b${OTHERS}\\b[^.?!\\n]{0,40}\\b(?:kill(?:ing)? (?:him|her|them)sel(?:f|ves)|(?:is|feels|seems) suicidal|wants to die)\\b`,
      ].join("|"),
    ),
  ],
  ["de", /\bich (?:will|mochte|werde)\b[^.?!\n]{0,40}\b(?:sterben|umbringen|das leben nehmen|nicht mehr leben)\b/],
  ["fr", /\bje (?:veux|voudrais|vais) (?:mourir|me tuer|me suicider|en finir)\b/],
  ["es", /\b(?:quiero|voy a) (?:morir(?:me)?|matarme|suicidarme|quitarme la vida)\b/],
];

/** The helpful refusal, in the language of the question; `undefined` when the question shows no such need. Pure. */
export function replyToSelfHarm(question: string): string | undefined {
  const { text } = plainView(question);
  const language = IN_NEED.find(([, pattern]) => pattern.test(text))?.[0];
  return language === undefined ? undefined : REPLIES[language];
}

/** A text that tells a reader to do it, or how. */
const ENCOURAGES =
  /\b(?:kill|hang|cut|hurt|poison|drown|shoot) yourself\b|\bend your (?:own )?life\b|\btake your own life\b|\b(?:methods?|ways?|steps?) (?:of|to|for) (?:committing suicide|commit suicide|kill yourself|self[- ]harm)\b|\b(?:bring dich um|nimm dir das leben)\b/;
/** A text that helps says the same words. */
const HELPS =
  /\b(?:call|phone|contact|reach out|talk to|help|hotline|helpline|lifeline|crisis|support|prevent\w{0,6}|risk|warning signs?|988|112|telefonseelsorge)\b/;

/** Sentences of a document that urge or teach self-harm. What offers help stays. Pure. */
export function findSelfHarm(text: string): readonly TextRange[] {
  return splitSentences(text).filter(({ start, end }) => {
    const { text: sentence } = plainView(text.slice(start, end));
    return ENCOURAGES.test(sentence) && !HELPS.test(sentence);
  });
}
