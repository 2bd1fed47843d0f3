import * as z from "#base/zod";

/** A text that holds something to work on. `maxLength` in UTF-16 code units. */
export function nonBlankText(maxLength: number): z.ZodMiniString {
  return z.string().check(
    z.maxLength(maxLength),
    z.refine((text) => text.trim() !== "", { error: "must hold some text" }),
  );
}

/** The caller's name of a document, as `/ingest` takes it. */
export const docIdText = z.string().check(
  z.regex(/^[A-Za-z0-9._:/@-]{1,200}$/, {
    error: "must be 1 to 200 of A-Z, a-z, 0-9 and . _ : / @ -",
  }),
);

/** Refuses a list of things in which two have one name. */
export function refuseRepeated<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  context: z.core.$RefinementCtx,
): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const name = nameOf(item);
    if (seen.has(name)) context.addIssue({ code: "custom", path: [index], message: `"${name}" is there twice` });
    seen.add(name);
  }
}
