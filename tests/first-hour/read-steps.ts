/** A block of commands in a guide, and what a reader sees when they run it. */
export interface Step {
  /** Line of the guide, from 1. */
  readonly line: number;
  readonly script: string;
  /** It goes on while later steps run; the guide goes on when it has printed `shows`. */
  readonly isBackground: boolean;
  /** What the last command must end with. */
  readonly exitCode: number;
  /** Text that must be printed. */
  readonly shows: string | undefined;
}

/** `<!-- background, until: text -->`, `<!-- fails with 1, shows: text -->`, `<!-- shows: text -->`, in front of a block. */
const DIRECTIVE = /^<!-- (?:(background, until)|(?:fails with (\d+), )?shows): (.+) -->$/;

/**
 * The `sh` blocks of a guide in their order.
 * @throws Error with the line, for a directive that is not known or stands in front of no block
 */
export function readSteps(markdown: string): readonly Step[] {
  const steps: Step[] = [];
  let script: string[] | undefined;
  let directive: RegExpExecArray | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (script !== undefined) {
      if (line !== "```") script.push(line);
      else {
        const [, background, exitCode = "0", shows] = directive ?? [];
        steps.push({
          line: index + 1 - script.length,
          script: script.join("\n"),
          isBackground: background !== undefined,
          exitCode: Number(exitCode),
          shows,
        });
        script = directive = undefined;
      }
    } else if (line === "```sh") script = [];
    else if (line.startsWith("<!--")) {
      if (directive !== undefined) throw new Error(`line ${index}: this comment stands in front of no block`);
      directive = DIRECTIVE.exec(line) ?? undefined;
      if (directive === undefined) throw new Error(`line ${index + 1}: no such directive: ${line}`);
    }
  }
  if (directive !== undefined) throw new Error("the last directive stands in front of no block");
  return steps;
}
