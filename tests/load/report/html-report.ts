import { escapeHtml } from "#tools/command/escape-html";
import { type Plot, plotSvg } from "#tests/load/report/line-plot";
import type { LoadReport } from "#tests/load/report/load-report";
import { formatFigure } from "#tests/load/command/format-report";
import { isMet, type NamedResult, type Target } from "#tests/load/scenario";

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1b1f, #e6e6ea); --faint: light-dark(#d5d5dc, #3a3a42); --bad: light-dark(#b3261e, #ff8a80); --good: light-dark(#1b6e3c, #7ddc9b); }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--faint); text-align: right; }
th:first-child, td:first-child { text-align: left; }
.missed { color: var(--bad); } .kept { color: var(--good); }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 12px; } .end { text-anchor: end; } .middle { text-anchor: middle; }
.grid { stroke: var(--faint); } .line { fill: none; stroke-width: 1.8; }
.line-0 { stroke: var(--c0); } .line-1 { stroke: var(--c1); } .line-2 { stroke: var(--c2); } .line-3 { stroke: var(--c3); }
.key-0 { color: var(--c0); } .key-1 { color: var(--c1); } .key-2 { color: var(--c2); } .key-3 { color: var(--c3); }
:root { --c0: light-dark(#1f5fbf, #7fb2ff); --c1: light-dark(#a85400, #ffb867); --c2: light-dark(#8a2be2, #cf9bff); --c3: light-dark(#00695c, #6fd6c6); }
figure { margin: 2rem 0; } figcaption span { margin-right: 1rem; }
`;

/** A report as one page that needs nothing else. Pure. */
export function htmlReport(report: LoadReport): string {
  const { profile, about, target, startedAt, machine, results, plots } = report;
  const targets = results.flatMap((result) => result.targets);
  return [
    `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">`,
    `<title>Load: ${escapeHtml(profile)}</title>\n<style>${STYLE}</style>\n<main>`,
    `<h1>Load: ${escapeHtml(profile)}</h1>`,
    `<p>${escapeHtml(about)}</p><p>${escapeHtml(target)}, ${escapeHtml(startedAt)}; measured from ${escapeHtml(machine)}</p>`,
    `<h2>Thresholds</h2>\n<ul>${targets.map(targetItem).join("\n")}</ul>`,
    ...plots.map(plotFigure),
    ...results.map(resultTable),
    "</main>\n</html>\n",
  ].join("\n");
}

function targetItem(target: Target): string {
  const { what, value, unit, atMost, atLeast } = target;
  const bound = atMost === undefined ? `at least ${atLeast ?? ""}` : `at most ${atMost}`;
  const verdict = isMet(target) ? "kept" : "missed";
  return `<li class="${verdict}"><strong>${verdict}</strong> ${escapeHtml(what)}: ${formatFigure(value)} ${unit} (${bound})</li>`;
}

function plotFigure(plot: Plot): string {
  const keys = plot.lines.map(({ name }, index) => `<span class="key-${index}">― ${escapeHtml(name)}</span>`);
  return `<figure><figcaption><strong>${escapeHtml(plot.title)}</strong><br>${keys.join("")}</figcaption>\n${plotSvg(plot)}</figure>`;
}

function resultTable({ name, about, columns, rows }: NamedResult): string {
  if (rows.length === 0) return "";
  const line = (tag: "th" | "td", cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return [
    `<h2>${escapeHtml(name)}</h2>\n<p>${escapeHtml(about)}</p>\n<table>`,
    line("th", ["", ...columns]),
    ...rows.map(({ subject, cells }) => line("td", [subject, ...cells.map(formatFigure)])),
    "</table>",
  ].join("\n");
}
