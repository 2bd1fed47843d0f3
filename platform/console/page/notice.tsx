import type { JSX } from "preact";

import { ApiError } from "./api-client.js";

/** Says what went wrong, in words that help, with the id that finds it in the log. */
export function ErrorNotice({ error }: { error: unknown }): JSX.Element | null {
  if (error === undefined) return null;
  const traceId = error instanceof ApiError ? error.traceId : undefined;
  return (
    <div class="notice error" role="alert">
      <strong>{titleOf(error)}</strong> {error instanceof Error ? error.message : "Something unexpected happened."}
      {traceId === undefined ? null : <small> Trace id: {traceId}</small>}
    </div>
  );
}

function titleOf(error: unknown): string {
  if (!(error instanceof ApiError)) return "This did not work.";
  switch (error.code) {
    case "unauthenticated":
      return "The key is not valid any more.";
    case "forbidden":
    case "tool_forbidden":
      return "The key may not do this.";
    case "rate_limited":
      return "Too many requests.";
    case "budget_exceeded":
      return "The budget is used up.";
    default:
      return "This did not work.";
  }
}

/** Shown in place of a list that has nothing in it. */
export function EmptyNotice({ children }: { children: string }): JSX.Element {
  return <p class="notice empty">{children}</p>;
}
