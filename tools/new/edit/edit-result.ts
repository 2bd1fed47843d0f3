/** A text with an edit made in it; or why the place of the edit was not found. */
export type EditResult = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

export function edited(text: string): EditResult {
  return { ok: true, text };
}

export function noPlace(why: string): EditResult {
  return { ok: false, why };
}
