import { ApiError } from "../api/api-error.js";
import { ok, page } from "../api/envelope.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import { tokenStatus } from "./token-record.js";

/** What a token says of itself, and the accounts it may act in. */
export function userRoutes(nowMs: () => number): Route[] {
  const accountsOf = ({ token }: RouteCall): { id: string; name: string }[] =>
    (token?.accounts ?? []).map((id) => ({ id, name: `Account ${id.slice(0, 8)}` }));
  return [
    route("GET", "/user", "user", (_, { token }) => ok({ id: token?.email, email: token?.email })),
    // Answers for a token that has expired, too.
    route("GET", "/user/tokens/verify", "none", (_, { token }) => {
      if (token === undefined) throw new ApiError(401, 1_000, "Invalid API Token");
      return ok({ id: token.email, status: tokenStatus(token, nowMs()) });
    }),
    // For tokens that belong to an account. All tokens here are of users.
    route("GET", "/accounts/:account/tokens/verify", "none", () => {
      throw new ApiError(401, 1_000, "Invalid API Token");
    }),
    route("GET", "/memberships", "user", (request, call) =>
      page(
        accountsOf(call).map((account) => ({ id: account.id, account, status: "accepted" })),
        request.query,
      ),
    ),
    route("GET", "/accounts", "user", (request, call) => page(accountsOf(call), request.query)),
    route("GET", "/accounts/:account", "Account Settings Read", (_, call) =>
      ok(accountsOf(call).find(({ id }) => id === call.account)),
    ),
  ];
}
