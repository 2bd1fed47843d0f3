// Checks that run inside a page, put there before its own scripts. Plain JavaScript: nothing compiles it.
globalThis.pageChecks = { unnamedControls, faintTexts, movedThings, focusedControl, hiddenFocus, spoil };

/** Controls that a screen reader could not name (WCAG 2.2, 4.1.2), as HTML. */
function unnamedControls() {
  const controls = [...document.querySelectorAll("button, a, input, select, textarea, meter, progress, dialog")];
  return controls.filter((control) => !isNamed(control)).map((control) => control.outerHTML.slice(0, 200));
}

function isNamed(control) {
  return control.getAttribute("aria-hidden") === "true" || nameOf(control) !== "";
}

/** What a screen reader calls it, as far as this page's means go. */
function nameOf(control) {
  const labels = [...(control.labels ?? [])].map((label) => label.textContent);
  const texts = [control.getAttribute("aria-label"), ...labels, control.textContent].map((text) => (text ?? "").trim());
  return texts.find((text) => text !== "") ?? "";
}

/** The name of the control that has the focus; none when the focus is nowhere. */
function focusedControl() {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body ? [] : [nameOf(activeElement)];
}

/** What has the focus and does not show it, or is not in sight (WCAG 2.2, 2.4.7 and 2.4.11), as HTML. */
function hiddenFocus() {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body) return [];
  const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
  const { top, left, width, height } = activeElement.getBoundingClientRect();
  const isShown = outlineStyle !== "none" && outlineWidth !== "0px";
  const isInSight =
    width > 0 && height > 0 && top + height > 0 && top < innerHeight && left + width > 0 && left < innerWidth;
  return isShown && isInSight ? [] : [`${activeElement.tagName} ${activeElement.outerHTML.slice(0, 200)}`];
}

/** Does to the page all that the checks look for. */
function spoil() {
  const [button, text, pusher] = ["button", "p", "div"].map((name) => document.createElement(name));
  text.textContent = "hardly to be read";
  text.style.color = "color-mix(in srgb, currentColor 30%, Canvas)";
  text.className = "pushed";
  pusher.style.height = "0";
  document.querySelector("main").prepend(pusher, button, text);
  button.style.outline = "none";
  button.focus();
  // Later than any click: what moves right behind one is wanted.
  setTimeout(() => (pusher.style.height = "100px"), 100);
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
