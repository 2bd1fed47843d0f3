import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { createScreen, progressBar, type ScreenStream } from "#tools/command/screen";

/** What a terminal shows of what was written to it. */
function visible(written: string): string[] {
  return written.split("\n").map((line) => line.split("\r\u001b[2K").at(-1) ?? "");
}

function stream(options: Partial<ScreenStream>): ScreenStream & { written: string } {
  return {
    ...options,
    written: "",
    write(text) {
      this.written += text;
    },
  };
}

describe("createScreen", () => {
  it("keeps the progress below the lines of a terminal", () => {
    const terminal = stream({ isTTY: true, columns: 80 });
    const screen = createScreen(terminal);
    screen.progress("1/3");
    screen.line("200 GET");
    screen.progress("2/3");
    assert.deepEqual(visible(terminal.written), ["200 GET", "2/3"]);
    screen.endProgress("done");
    screen.line("bye");
    assert.deepEqual(visible(terminal.written), ["200 GET", "done", "bye", ""]);
  });

  it("cuts progress to the width of the terminal, if it says how wide it is", () => {
    const [narrow, silent] = [stream({ isTTY: true, columns: 4 }), stream({ isTTY: true, columns: 0 })];
    for (const terminal of [narrow, silent]) createScreen(terminal).progress("12345");
    assert.deepEqual([visible(narrow.written), visible(silent.written)], [["123"], ["12345"]]);
  });

  it("writes plain lines to a file, progress only now and then", () => {
    const file = stream({});
    let nowMs = 0;
    const screen = createScreen(file, () => nowMs);
    for (const text of ["1/3", "2/3"]) screen.progress(text);
    nowMs = 2_000;
    screen.progress("3/3");
    screen.endProgress("done");
    assert.equal(file.written, "1/3\n3/3\ndone\n");
  });
});

describe("progressBar", () => {
  it("fills from the left and is full when there is nothing to do", () => {
    assert.equal(progressBar(0, 4, 4), "░░░░");
    assert.equal(progressBar(1, 2, 4), "██░░");
    assert.equal(progressBar(9, 2, 4), "████");
    assert.equal(progressBar(0, 0, 4), "████");
  });
});
