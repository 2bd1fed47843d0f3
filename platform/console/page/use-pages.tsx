import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { type Loaded, useLoaded } from "./use-api.js";

/** A page of a list, and the buttons that lead to others. */
export interface Pages<Data> extends Loaded<Data> {
  readonly pager: JSX.Element;
}

/** Reads a list whose answers name the next page: 50 items at a time. */
export function usePages<Data extends { readonly nextCursor?: string | undefined }>(path: string): Pages<Data> {
  const [cursor, setCursor] = useState<string>();
  const loaded = useLoaded<Data>(
    `${path}?limit=50${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
  );
  const goTo = (label: string, target: string | undefined): JSX.Element => (
    <button
      type="button"
      onClick={() => {
        setCursor(target);
      }}
    >
      {label}
    </button>
  );
  const nextCursor = loaded.data?.nextCursor;
  const pager = (
    <div class="row">
      {cursor === undefined ? null : goTo("First page", undefined)}
      {nextCursor === undefined ? null : goTo("Next page", nextCursor)}
    </div>
  );
  return { ...loaded, pager };
}
