import * as z from "zod";

import { ApiError, refusals } from "../api/api-error.js";
import { readJson } from "../api/api-request.js";
import { ok, page } from "../api/envelope.js";
import { route, type Route, type RouteCall } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";
import type { GatewayRecord } from "./resource-records.js";

const GATEWAYS = "/accounts/:account/ai-gateway/gateways";
const GATEWAY = `${GATEWAYS}/:gateway`;

/** Settings as the API reference lists them; those without a default must be sent. */
const settingsSchema = z.looseObject({
  cache_invalidate_on_update: z.boolean(),
  cache_ttl: z.int().min(0).nullable(),
  collect_logs: z.boolean(),
  rate_limiting_interval: z.int().min(0).nullable(),
  rate_limiting_limit: z.int().min(0).nullable(),
});
const gatewaySchema = settingsSchema.extend({ id: z.string().min(1).max(64) });

/** AI Gateways. */
export function gatewayRoutes(state: CloudflareState): Route[] {
  const require = ({ account, params }: RouteCall): GatewayRecord => {
    const gateway = state.gateways.get(account, params["gateway"] ?? "");
    if (gateway === undefined) throw refusals.noGateway();
    return gateway;
  };
  return [
    route("GET", GATEWAYS, "AI Gateway Read", (request, { account }) =>
      page(state.gateways.list(account), request.query),
    ),
    route("POST", GATEWAYS, "AI Gateway Write", (request, { account }) => {
      const gateway = readJson(request, gatewaySchema);
      if (state.gateways.get(account, gateway.id) !== undefined) {
        throw new ApiError(409, 7_001, "A gateway with this id already exists");
      }
      return ok(
        state.gateways.put(account, gateway.id, { ...gateway, created_at: state.now(), modified_at: state.now() }),
      );
    }),
    route("GET", GATEWAY, "AI Gateway Read", (_, call) => ok(require(call))),
    route("PUT", GATEWAY, "AI Gateway Write", (request, call) => {
      const { id, created_at } = require(call);
      const settings = { ...readJson(request, settingsSchema), id, created_at, modified_at: state.now() };
      return ok(state.gateways.put(call.account, id, settings));
    }),
    route("DELETE", GATEWAY, "AI Gateway Write", (_, call) => {
      const gateway = require(call);
      state.gateways.delete(call.account, gateway.id);
      return ok(gateway);
    }),
  ];
}
