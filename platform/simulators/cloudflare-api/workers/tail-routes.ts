import { ok } from "../api/envelope.js";
import { route, type Route } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";
import { requireScript } from "./script-store.js";
import type { TailSessions } from "./tail-sessions.js";

/** How long a tail session may be joined, milliseconds. */
const SESSION_MS = 60 * 60 * 1_000;

/** Live logs of a script: a session by HTTP, its events by WebSocket. */
export function tailRoutes(state: CloudflareState, tails: TailSessions): Route[] {
  const session = "/accounts/:account/workers/scripts/:script/tails";
  return [
    route("POST", session, "Workers Tail Read", (request, call) => {
      const { name } = requireScript(state, call);
      const id = tails.open(call.account, name);
      const url = `${request.origin.replace(/^http/, "ws")}/tails/${id}`;
      return ok({ id, url, expires_at: new Date(state.nowMs() + SESSION_MS).toISOString() });
    }),
    route("DELETE", `${session}/:tail`, "Workers Tail Read", (_, { params }) => {
      tails.close(params["tail"] ?? "");
      return ok(null);
    }),
  ];
}
