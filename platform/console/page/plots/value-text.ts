/** A value of a step, or a dash where none is known. */
export function valueText(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? "–" : format(value);
}
