/** What a person wants with a line typed at the prompt. */
export type LineIntent =
  | { readonly kind: "say"; readonly message: string }
  | { readonly kind: "new" | "sources" | "quit" | "help" | "nothing" };

/** The commands of the prompt, as `/help` shows them. */
export const PROMPT_HELP =
  "/new starts another session, /sources shows the last answer's sources, /quit (or Ctrl-D) ends. Ctrl-C stops an answer.";

/** Reads a line: a command begins with "/", everything else is said. Pure. */
export function interpretLine(line: string): LineIntent {
  const text = line.trim();
  switch (text) {
    case "":
      return { kind: "nothing" };
    case "/new":
      return { kind: "new" };
    case "/sources":
      return { kind: "sources" };
    case "/quit":
    case "/exit":
      return { kind: "quit" };
    default:
      return text.startsWith("/") ? { kind: "help" } : { kind: "say", message: text };
  }
}
