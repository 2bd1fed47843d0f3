import { userRoutes } from "./accounts/user-routes.js";
import type { Route } from "./api/route.js";
import { analyticsRoutes, type InvocationCounts } from "./edge/invocation-counts.js";
import { d1Routes } from "./resources/d1-routes.js";
import { gatewayRoutes } from "./resources/gateway-routes.js";
import { kvRoutes } from "./resources/kv-routes.js";
import { bucketRoutes, queueRoutes, workflowRoutes } from "./resources/queue-routes.js";
import { vectorizeRoutes } from "./resources/vectorize-routes.js";
import type { CloudflareState } from "./state/cloudflare-state.js";
import { assetRoutes } from "./workers/asset-routes.js";
import { deploymentRoutes } from "./workers/deployment-routes.js";
import { domainRoutes } from "./workers/domain-routes.js";
import { secretRoutes } from "./workers/secret-routes.js";
import { settingsRoutes } from "./workers/settings-routes.js";
import { tailRoutes } from "./workers/tail-routes.js";
import type { TailSessions } from "./workers/tail-sessions.js";
import { uploadRoutes } from "./workers/upload-routes.js";

/** Every endpoint of the simulated API. */
export function allRoutes(state: CloudflareState, tails: TailSessions, counts: InvocationCounts): Route[] {
  return [
    ...userRoutes(() => state.nowMs()),
    ...uploadRoutes(state),
    ...deploymentRoutes(state),
    ...settingsRoutes(state),
    ...secretRoutes(state),
    ...domainRoutes(state),
    ...assetRoutes(state),
    ...tailRoutes(state, tails),
    ...kvRoutes(state),
    ...d1Routes(state),
    ...vectorizeRoutes(state),
    ...gatewayRoutes(state),
    ...queueRoutes(state),
    ...workflowRoutes(state),
    ...bucketRoutes(state),
    ...analyticsRoutes(counts),
  ];
}
