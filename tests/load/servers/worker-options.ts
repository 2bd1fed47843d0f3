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
    };
