import { escapeHtml } from "#tools/command/escape-html";

/** A line of a plot. Points whose y is NaN are gaps. */
export interface PlotLine {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** The y axis counts in powers of ten. */
  readonly isLogarithmic?: boolean;
  /** Names at places of the x axis, instead of its numbers. */
  readonly xTicks?: readonly (readonly [x: number, name: string])[];
  readonly lines: readonly PlotLine[];
}

const WIDTH = 720;
const HEIGHT = 260;
const MARGIN = { left: 64, right: 12, top: 12, bottom: 42 };
const TICKS = 5;

/** A plot as SVG, without a script and without anything from elsewhere. Pure. */
export function plotSvg({ title, xLabel, yLabel, isLogarithmic = false, xTicks, lines }: Plot): string {
  const points = lines.flatMap((line) => line.points).filter(([, y]) => Number.isFinite(y));
  const maxX = Math.max(1e-9, ...points.map(([x]) => x), ...(xTicks ?? []).map(([x]) => x));
  const yTicks = isLogarithmic
    ? powersOfTen(points.map(([, y]) => y))
    : evenTicks(Math.max(0, ...points.map(([, y]) => y)));
  const [low = 0, high = 1] = [yTicks[0], yTicks.at(-1)];
  const scale = (y: number): number => (isLogarithmic ? Math.log10(Math.max(y, low)) : y);
  const atX = (x: number): number => MARGIN.left + (x / maxX) * (WIDTH - MARGIN.left - MARGIN.right);
  const atY = (y: number): number =>
    HEIGHT -
    MARGIN.bottom -
    ((scale(y) - scale(low)) / (scale(high) - scale(low))) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const named =
    xTicks ??
    evenTicks(maxX)
      .filter((x) => x <= maxX)
      .map((x): [number, string] => [x, figure(x)]);
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">`,
    ...yTicks.flatMap((y) => [
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${round(atY(y))}" y2="${round(atY(y))}"/>`,
      `<text class="end" x="${MARGIN.left - 6}" y="${round(atY(y) + 4)}">${figure(y)}</text>`,
    ]),
    ...named.map(
      ([x, name]) => `<text class="middle" x="${round(atX(x))}" y="${HEIGHT - 24}">${escapeHtml(name)}</text>`,
    ),
    `<text class="middle" x="${WIDTH / 2}" y="${HEIGHT - 6}">${escapeHtml(xLabel)}</text>`,
    `<text class="middle" transform="translate(12 ${HEIGHT / 2}) rotate(-90)">${escapeHtml(yLabel)}</text>`,
    ...lines.map(({ points: of }, index) => `<path class="line line-${index}" d="${pathOf(of, atX, atY)}"/>`),
    "</svg>",
  ].join("\n");
}

function pathOf(points: PlotLine["points"], atX: (x: number) => number, atY: (y: number) => number): string {
  let isDown = false;
  return points
    .map(([x, y]) => {
      if (!Number.isFinite(y)) {
        isDown = false;
        return "";
      }
      const command = isDown ? "L" : "M";
      isDown = true;
      return `${command}${round(atX(x))} ${round(atY(y))}`;
    })
    .join("");
}

/** Round numbers from 0 to the first that is not below the highest. */
function evenTicks(highest: number): readonly number[] {
  const rough = Math.max(highest, 1e-3) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(Math.max(highest, 1e-3) / step - 1e-9) + 1 }, (_, index) => index * step);
}

function powersOfTen(values: readonly number[]): readonly number[] {
  const positive = values.filter((value) => value > 0);
  const first = Math.floor(Math.log10(Math.min(...positive, 1)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...positive, 1))));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

function figure(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

function round(value: number): string {
  return value.toFixed(1);
}
