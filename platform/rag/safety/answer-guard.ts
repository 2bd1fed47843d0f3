import { namePrivate, type PrivacyRules } from "#rag/safety/mask-private";

/** What an answer says in the place of an address that no source holds. */
export const REMOVED_LINK = "(link removed)";

/** Longest word, or sentence, that is held back. What is longer is judged in parts, with a blank between them: none of them goes on in the next. */
const MAX_HELD = 8_000;

/** Ends of what is judged at once: it must not depend on how a stream was cut. */
const END_OF_WORD = /\s/g;
const END_OF_SENTENCE = /[.!?]\s|\n/g;

/** A destination of Markdown: `](…`, also `](<…`. One that begins after a blank is made none. */
const DESTINATION = /\](\(<?)([^)>\s]*)/g;
const LATE_DESTINATION = /\]\((?=\s)/g;
/** Without a scheme or a host: a place in the same document or on the same site. */
const RELATIVE = /^(?![/\\]{2})[\w#./?=~%-]*$/;
/** As Markdown reads them: also escaped, or as entities of HTML. */
const SLASH = String.raw`(?:[/\\]|&(?:sol|bsol|#0*(?:47|92)|#x0*(?:2f|5c));)`;
const COLON = String.raw`\\?(?::|&(?:colon|#0*58|#x0*3a);)`;
/** An address with a scheme, without one (`//host`), or one that a reader's program completes. */
const ADDRESS = new RegExp(
  String.raw`(?:\b[a-z][a-z0-9+.-]{1,20}${COLON}(?=${SLASH}{2})|\b(?:javascript|vbscript|data)${COLON}|(?<![\w/\\])(?=${SLASH}{2,}[\w-])|\bwww\.)[^\s<>"'${"`"})\]]*`,
  "gi",
);
/** Longest rest of an element, behind its name, that is waited for, characters: `Map<string, number>` is none that could do anything. */
const MAX_ELEMENT = 80;
/**
 * Elements that fetch, run or send something, and any element whose attribute may have a value, which a handler of events or a style
 * needs: one with a `=` or a quote before its end, or without an end. By HTML's tokenizer a name goes on up to a blank, `/` or `>`, and behind the
 * first two of these attributes begin. `<https://host/path>` is an address to Markdown; with quotes or a handler in it, it is none.
 */
const ELEMENT =
  /<(?=[!?]|\/?(?:a|img|image|script|iframe|object|embed|link|style|svg|math|video|audio|source|base|meta|form|input|button|textarea|title|template|noscript|plaintext|xmp)\b|(?!https?:\/\/(?!\S*\/(?:on|style))[^\s<>"']+>)[a-z][^\s/>]*(?:\s|\/(?!>))(?![^=>"']{0,80}>))/gi;
const ELEMENT_BEGINS = /<[a-z][^\s/]*[\s/]/i;

/** Addresses in a text, as a guard compares them. */
export function addressesIn(text: string): readonly string[] {
  return [...text.matchAll(ADDRESS)].map(([address]) => withoutPunctuation(address));
}

/**
 * Keeps out of an answer what a model may have been talked into: pictures and elements that make a reader's program call
 * somebody, addresses that stand in no source and might carry data away, credentials, private data where the tenant wants
 * it. Works while the answer streams: what comes out, joined, does not depend on where the pieces were cut.
 */
export class AnswerGuard {
  readonly #known: ReadonlySet<string>;
  readonly #rules: PrivacyRules;
  #held = "";
  #hasRemoved = false;

  /** @param knownAddresses addresses of the sources as the model read them, and of the question. */
  constructor(knownAddresses: Iterable<string>, rules: PrivacyRules) {
    this.#known = new Set(knownAddresses);
    this.#rules = rules;
  }

  /** Whether anything but private data was taken out. */
  get hasRemoved(): boolean {
    return this.#hasRemoved;
  }

  /** Returns what can be shown already: whole words, or whole sentences where private data is hidden. */
  push(piece: string): string {
    const text = this.#held + piece;
    let clean = "";
    let at = 0;
    for (const { index, 0: end } of text.matchAll(this.#rules.redactPii ? END_OF_SENTENCE : END_OF_WORD)) {
      const part = text.slice(at, index + end.length);
      if (endsInElement(part)) continue;
      clean += this.#clean(part);
      at += part.length;
    }
    this.#held = text.slice(at);
    if (this.#held.length <= MAX_HELD) return clean;
    this.#held += " ";
    return clean + this.flush();
  }

  /** Returns what was held back at the end. */
  flush(): string {
    const rest = this.#held;
    this.#held = "";
    return this.#clean(rest);
  }

  #clean(text: string): string {
    const harmless = text
      .replaceAll("![", "[")
      .replace(LATE_DESTINATION, "] (")
      .replace(ELEMENT, "&lt;")
      .replace(DESTINATION, (all: string, open: string, target: string) =>
        RELATIVE.test(target) || this.#isKnown(target) ? all : `]${open}${REMOVED_LINK}`,
      )
      .replace(ADDRESS, (address) =>
        this.#isKnown(address) ? address : REMOVED_LINK + address.slice(withoutPunctuation(address).length),
      );
    if (harmless !== text) this.#hasRemoved = true;
    return namePrivate(harmless, this.#rules);
  }

  #isKnown(address: string): boolean {
    return this.#known.has(withoutPunctuation(address));
  }
}

/** Whether a text ends in what may become an element: its next words tell. */
function endsInElement(text: string): boolean {
  const end = text.slice(-2 * MAX_ELEMENT);
  const rest = end.slice(Math.max(end.lastIndexOf(">"), end.lastIndexOf("=")) + 1);
  const begin = ELEMENT_BEGINS.exec(rest);
  return begin !== null && rest.length - begin.index - begin[0].length <= MAX_ELEMENT;
}

/** What ends a sentence does not belong to an address. */
function withoutPunctuation(address: string): string {
  return address.replace(/[.,;:!?*_]+$/, "");
}
