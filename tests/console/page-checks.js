// Checks that run inside a page, put there before its own scripts. Plain JavaScript: nothing compiles it.
globalThis.pageChecks = { unnamedControls, faintTexts, movedThings };

/** Controls that a screen reader could not name (WCAG 2.2, 4.1.2), as HTML. */
function unnamedControls() {
  const controls = [...document.querySelectorAll("button, a, input, select, textarea, meter, progress, dialog")];
  return controls.filter((control) => !isNamed(control)).map((control) => control.outerHTML.slice(0, 200));
}

function isNamed(control) {
  if (control.getAttribute("aria-hidden") === "true") return true;
  const labels = [...(control.labels ?? [])].map((label) => label.textContent);
  return [control.getAttribute("aria-label"), control.textContent, ...labels].some(
    (text) => (text ?? "").trim() !== "",
  );
}

/** Visible texts whose contrast with what is behind them is below 4.5:1 (WCAG 2.2, 1.4.3), with the ratio. */
function faintTexts() {
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
    if (!hasText || !element.checkVisibility()) continue;
    const behind = [];
    for (let above = element; above !== null; above = above.parentElement) {
      behind.unshift(getComputedStyle(above).backgroundColor);
    }
    const text = luminance([...behind, getComputedStyle(element).color]);
    const ground = luminance(behind);
    const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.tagName} ${element.textContent.slice(0, 40)}`);
  }
  return faint;
}

const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

/** Relative luminance of colours painted over each other, on white. */
function luminance(colours) {
  for (const colour of ["white", ...colours]) {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
  }
  const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data]
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const moved = [];
const observer = new PerformanceObserver((list) => note(list.getEntries()));
observer.observe({ type: "layout-shift", buffered: true });

function note(entries) {
  for (const { node, previousRect: from, currentRect: to } of entries.flatMap(({ sources }) => sources)) {
    const html = node?.outerHTML ?? node?.parentElement?.outerHTML ?? "something that is gone";
    const way = [from, to].map(({ x, y, width, height }) => [x, y, width, height].join()).join(" to ");
    moved.push(`${way} ${html.slice(0, 200)}`);
  }
}

/** What has moved since the page was opened though nobody scrolled (Layout Instability API), behind a click too. */
function movedThings() {
  note(observer.takeRecords());
  return moved;
}
