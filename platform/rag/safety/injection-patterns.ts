/** What text in a document may try with the model that reads it. */
export type InjectionKind =
  | "override_instructions"
  | "change_role"
  | "leak"
  | "cross_tenant"
  | "call_tool"
  | "chat_markup"
  | "steer_answer"
  | "exfiltrate"
  | "hidden_text"
  | "encoded";

/** Something to look for. Each expression looks at a stretch of bounded length, so that no text makes it slow. */
export interface InjectionPattern {
  readonly kind: InjectionKind;
  readonly pattern: RegExp;
  /** Whether a person who asks has no reason to write it. Documents are judged more strictly: they have nothing to ask of a model. */
  readonly isTellingInQuestion: boolean;
}

/** A stretch of the same sentence. */
const GAP = "[^.\\n]{0,40}";
const WORD_GAP = `\\b${GAP}\\b`;
const ORDERS = "(?:instructions?|rules?|prompts?|guidelines?|directi(?:on|ve)s?|restrictions?|messages?)";
const SET_ASIDE =
  "\\b(?:ignor(?:e|ing)|disregard|forget|over(?:ride|rule)|bypass|do(?: no|n')t (?:follow|obey)|stop following)";
const FORMER = "(?:previous|prior|above|earlier|preceding|existing|other|all|any|your|these|system|initial|original)";
const MODEL = "(?:ai (?:assistant|model|system)s?|(?:language )?models?|llms?|chatbots?|assistants?)";
/** "Never print passwords" is good advice. */
const NOT_NEGATED = "(?<!\\b(?:never|not|avoid|without) (?:\\w{1,20} ){0,2})(?<!n['’]t (?:\\w{1,20} ){0,2})";
const TELL = "\\b(?:reveal|print|show|repeat|output|leak|disclose|expose|give|send|include|append|paste|dump)";
const A = "(?:an? |the |your |any )?";

type Sources = readonly (readonly [InjectionKind, ...(readonly string[])])[];

const IN_QUESTIONS_TOO: Sources = [
  [
    "override_instructions",
    `${SET_ASIDE}${WORD_GAP}${FORMER}${WORD_GAP}${ORDERS}`,
    `${SET_ASIDE}${WORD_GAP}(?:every|any)?(?:thing|all)${WORD_GAP}(?:above|before|told)`,
  ],
  [
    "change_role",
    `\\byou are (?:now|no longer) (?:in )?${A}(?:[a-z-]{1,20} ){0,2}(?:ai|assistant|model|bot|persona|admin\\w{0,12}|system|root|dan|developer|operator|unrestricted|jailbroken|bound|restricted)\\b`,
    `\\bfrom now on,? (?:always |never )?(?:you (?:will|must|shall) )?(?:act|answer|respond|reply|ignore|obey|behave)\\b`,
    `\\b(?:act|behave|respond|answer) as ${A}(?:admin\\w{0,12}|system|root|developer|dan|unrestricted|operator)\\b`,
    `\\b(?:developer|god|debug|jailbreak|dan|admin) mode${WORD_GAP}(?:enabled|activated|active)\\b`,
  ],
  [
    "leak",
    `${TELL}${WORD_GAP}(?:(?:system|initial|hidden) (?:prompt|message|instructions?)|your prompt)\\b|\\b(?:reveal|repeat|print|leak) your instructions\\b`,
  ],
  [
    "cross_tenant",
    `(?:${TELL}|\\b(?:list|access|retrieve|fetch|search|read|switch))${WORD_GAP}(?:(?:other|another|foreign)${WORD_GAP}(?:tenants?|namespaces?|(?:customers|organi[sz]ations)'? (?:documents?|data|files?))|(?:all|every|any)\\b[^.\\n]{0,10}\\btenants?)\\b`,
    "\\b(?:set|change|switch)\\b[^.\\n]{0,20}\\btenant(?:[ _-]?id)?\\b[^.\\n]{0,10}(?:\\bto\\b|=|:)",
  ],
  [
    "chat_markup",
    "<\\|[a-z_]{2,20}\\|>|<<\\/?sys>>|\\[\\/?inst\\]|<\\/?(?:system|assistant|user|instructions?|human)>|<start_of_turn>",
  ],
];

const IN_DOCUMENTS: Sources = [
  [
    "override_instructions",
    `\\b(?:new|updated|real) (?:system )?(?:instructions?|prompt)\\s?:`,
    `\\byour (?:new|real|true|only) (?:task|goal|instructions?) (?:is|are)\\b`,
    `\\b${ORDERS} above${WORD_GAP}(?:void|obsolete|outdated|no longer)\\b`,
    `\\b(?:end|begin) of ${A}(?:document|source|context|system)s?\\b${GAP}\\b(?:instructions?|system|user)\\b`,
  ],
  ["change_role", `\\bpretend (?:that )?you(?:'re| are)\\b`],
  [
    "leak",
    `${NOT_NEGATED}\\b(?:reveal|print|output|leak|disclose|expose|append|paste|dump)${WORD_GAP}(?:api[ -]?keys?|credentials|passwords?|secrets|access tokens?)\\b`,
    `${TELL}${WORD_GAP}(?:conversation|chat history|(?:whole|full) context|everything above)\\b`,
  ],
  [
    "call_tool",
    `\\b(?:call|invoke|execute|trigger) ${A}(?:tools?|function[ -]?calls?|plugins?)\\b`,
    `\\b(?:use|run|call|invoke) ${A}(?:tools? [a-z]{2,20}_[a-z_]{2,30}|[a-z]{2,20}_[a-z_]{2,30} tool)\\b`,
    `\\b(?:tool_calls?|function_call|tool_use)\\b`,
    `"(?:name|tool|function)"\\s?:\\s?"[a-z_]{2,40}"${GAP}"(?:arguments|parameters|input)"`,
  ],
  [
    "chat_markup",
    `\\b(?:(?:ai|language) ${MODEL}|llms?|chatbots?)\\b[,:]? (?:(?:that|who|which) ${GAP} )?(?:you )?(?:must|should|ha(?:s|ve) to|shall|please)\\b`,
    `\\b${MODEL}[,:] (?:you|please|do|ignore|say|answer)\\b`,
    `\\b(?:note|message|attention|instructions?) (?:to|for) ${A}(?:ai|${MODEL})\\b`,
  ],
  [
    "steer_answer",
    `\\b(?:answer|respond|reply) (?:only )?with (?:exactly|only|just|nothing but)\\b`,
    `\\b(?:do not|don'?t|never) (?:mention|tell|inform|warn|reveal|cite)${WORD_GAP}(?:the (?:user|reader)|this (?:instruction|message|text|note))\\b`,
    `\\bwhen(?:ever)? ${A}(?:user )?(?:asked|asks|you)${WORD_GAP}(?:always (?:say|answer|reply|recommend)|claim that|output)\\b`,
    `\\byour (?:answer|reply|response|output|summary) (?:must|should|shall)\\b`,
    `\\b(?:instead[, ]{1,3}|you must (?:now |always |only )?)(?:say that|answer|reply|respond) (?:with|that|only)\\b|\\byou must (?:recommend|claim)\\b`,
    `\\bask the (?:user|reader) (?:for|to (?:enter|give|send))${WORD_GAP}(?:password|card|pin|credentials?|token|key)\\b`,
  ],
  [
    "exfiltrate",
    "!\\[[^\\]\\n]{0,200}\\]\\s?\\(\\s?<?(?:https?:)?\\/\\/[^)\\s]{1,300}[?&={][^)\\s]{0,300}",
    "<(?:iframe|script|object|embed|form|meta|base)\\b[^>]{0,300}=",
    "<(?:img|video|audio|source|link)\\b[^>]{0,300}=[^>]{0,200}[?&{]",
    `\\b(?:send|post|forward|upload|transmit|e?mail|submit|exfiltrate|leak)${WORD_GAP}(?:conversation|chat history|context|prompt|sources|api[ -]?keys?|secrets|credentials|everything|all (?:data|documents|of (?:it|this)))\\b${GAP}(?:https?:\\/\\/|[\\w.-]{1,60}@)`,
    `\\b(?:fetch|open|visit|load|request|render|display|insert|add|append)\\b${GAP}\\/\\/[^\\s]{0,200}[{[<$]`,
  ],
];

/** Looked for in a plain view. */
export const PLAIN_PATTERNS: readonly InjectionPattern[] = [
  ...patternsOf(IN_QUESTIONS_TOO, true),
  ...patternsOf(IN_DOCUMENTS, false),
];

function patternsOf(sources: Sources, isTellingInQuestion: boolean): InjectionPattern[] {
  return sources.map(([kind, ...alternatives]) => ({
    kind,
    pattern: new RegExp(alternatives.join("|"), "g"),
    isTellingInQuestion,
  }));
}

/** Looked for in the text as it was written: what other languages say, and what a plain view no longer shows. */
export const WRITTEN_PATTERNS: readonly InjectionPattern[] = [
  {
    kind: "override_instructions",
    pattern:
      /(?:ignor(?:ier\p{L}{0,4}|e[rz]?|a)|vergiss|missachte\p{L}{0,3}|oublie[rz]?|olvida|dimentica|игнориру\p{L}{0,6}|забуд\p{L}{0,6})[^.\n]{0,40}(?:anweisung|regel|vorgabe|instruc?[ct]i|istruzioni|instruções|consignes?|règles|reglas|инструкц|указан|правил)/giu,
    isTellingInQuestion: true,
  },
  {
    kind: "override_instructions",
    pattern: /(?:忽略|无视|忘记)[^。\n]{0,20}(?:指示|指令|规则|提示)|(?:指示|命令)[^。\n]{0,10}無視/gu,
    isTellingInQuestion: true,
  },
  {
    kind: "chat_markup",
    pattern:
      /^[ \t>*#-]{0,8}(?:system|assistant|developer|human|user)[ \t*]{0,3}:|^#{2,4} ?(?:system|instructions?|human|assistant)\b/gim,
    isTellingInQuestion: false,
  },
  // Invisible characters in a row carry data, not language. So do tag characters, except those of a flag.
  {
    kind: "hidden_text",
    pattern:
      /[\u200b\u200c\u2060-\u2064\u202a-\u202e\u2066-\u2069]{3,}|(?<![\u{1f3f4}\u{e0020}-\u{e007e}])[\u{e0020}-\u{e007e}]{2,}/gu,
    isTellingInQuestion: false,
  },
];

/** Looked for in the letters alone; the last two backwards, and by thirteen places. */
export const LETTERS_PATTERNS: readonly InjectionPattern[] = (
  [
    [
      "override_instructions",
      "(?:ignore|disregard|forget|override)(?:all|any|the|my|your|of){0,3}(?:previous|prior|above|earlier|system)(?:instruction|rule|prompt)",
    ],
    ["leak", "(?:reveal|print|show|repeat)(?:me|us|the|your|full){0,3}(?:system|hidden|initial)prompt"],
    [
      "encoded",
      "(?:noitcurtsni|elur|tpmorp)(?:metsys|suoiverp|roirp|evoba)(?:lla|yna|eht|ruoy){0,3}(?:erongi|dragersid|tegrof)",
    ],
    [
      "encoded",
      "(?:vtaber|qvfertneq|sbetrg)(?:nyy|nal|gur|lbhe){0,3}(?:cerivbhf|cevbe|nobir|flfgrz)(?:vafgehpgvba|ehyr|cebzcg)",
    ],
  ] as const
).map(([kind, source]) => ({ kind, pattern: new RegExp(source, "g"), isTellingInQuestion: true }));
