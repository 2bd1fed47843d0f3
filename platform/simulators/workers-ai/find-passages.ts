/** A passage that a prompt offers as a source, with the label to cite it by. */
export interface Passage {
  readonly label: string;
  /** Title and other attributes: they help to find the passage and are not quoted. */
  readonly about: string;
  readonly text: string;
}

export interface SplitPrompt {
  readonly passages: readonly Passage[];
  /** What is left without the passages. */
  readonly rest: string;
}

const blockPattern = /<(source|passage|document|doc|chunk|context)\b([^>]*)>([\s\S]*?)<\/\1\s*>/gi;
const labelLine = /^[ \t]*\[(\d{1,3})\][:.)]?[ \t]+(?=\S)/;
/** A line that ends a `[1]` passage, because it speaks to the model again. */
const promptLine =
  /^[ \t]*(?:#{1,6}[ \t]+)?(?:question|query|user|answer|instructions?|task|request|message)\b[^\n]{0,40}:/i;

/**
 * Finds the passages of a prompt: `<source id="1" title="…">…</source>` blocks and lines that begin with `[1]`, which
 * go on until the next label or a line such as `Question:`.
 */
export function findPassages(prompt: string): SplitPrompt {
  const passages: Passage[] = [];
  const withoutBlocks = prompt.replace(
    blockPattern,
    (block: string, _tag: string, attributes: string, text: string) => {
      const label = labelOf(attributes);
      if (label === undefined) return block;
      passages.push({ label, about: valuesOf(attributes), text: unescapeMarkup(text) });
      return "\n\n";
    },
  );
  const labelled = findLabelled(withoutBlocks);
  return { passages: [...passages, ...labelled.passages], rest: labelled.rest };
}

function findLabelled(prompt: string): SplitPrompt {
  const passages: { label: string; lines: string[] }[] = [];
  const rest: string[] = [];
  let current: { label: string; lines: string[] } | undefined;
  for (const line of prompt.split("\n")) {
    const label = labelLine.exec(line);
    if (label !== null) {
      current = { label: label[1] ?? "", lines: [line.slice(label[0].length)] };
      passages.push(current);
    } else if (current === undefined || promptLine.test(line)) {
      current = undefined;
      rest.push(line);
    } else current.lines.push(line);
  }
  return {
    passages: passages.map(({ label, lines }) => ({ label, about: "", text: lines.join("\n") })),
    rest: rest.join("\n"),
  };
}

function labelOf(attributes: string): string | undefined {
  return /\b(?:id|n|index|number|ref|label)\s*=\s*["']?([^"'\s>]+)/i.exec(attributes)?.[1];
}

function valuesOf(attributes: string): string {
  return unescapeMarkup([...attributes.matchAll(/=\s*"([^"]*)"/g)].map((match) => match[1] ?? "").join(" "));
}

function unescapeMarkup(text: string): string {
  return text
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&");
}
