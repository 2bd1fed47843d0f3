import type { AnalyticsObject } from "#simulators/analytics/analytics-object";
import type { GatewayLogObject } from "#simulators/ai-gateway/gateway-log-object";
import type { VectorIndexObject } from "#simulators/vectorize/vector-index-object";

/** Bindings of the simulator Worker itself, as the plugin sets them. */
export interface SimulatorEnv {
  /** One object per index, by index name. */
  readonly VECTOR_INDEXES: DurableObjectNamespace<VectorIndexObject>;
  /** One object per Worker, by Worker name: two processes may share a data folder for different Workers. */
  readonly GATEWAY_LOGS: DurableObjectNamespace<GatewayLogObject>;
  /** One object per Worker, by Worker name. */
  readonly ANALYTICS: DurableObjectNamespace<AnalyticsObject>;
}
