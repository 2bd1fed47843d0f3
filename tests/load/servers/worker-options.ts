import type { FeatureFlag } from "#tenancy/feature-flags";

/** Which Worker a process serves, and how. Crosses a command line as JSON. */
export type WorkerOptions =
  | { readonly kind: "floor"; readonly modulePath: string; readonly upstreamUrl: string }
  | {
      readonly kind: "product";
      readonly modulePath: string;
      readonly areLimitsOn: boolean;
      /** Chat and embeddings go there; absent: the simulated models answer. */
      readonly upstreamUrl?: string;
      /** What the simulated model says, always. */
      readonly answer?: string;
      /** Pause before each token of the simulated model, milliseconds. Default 0. */
      readonly tokenDelayMs?: number;
    };

/** Sent to a process that serves the product: sets a feature flag of the tenant, as `:flags -- set` does. */
export interface FlagMessage {
  readonly flag: FeatureFlag;
  readonly value: boolean;
}
