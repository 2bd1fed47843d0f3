import type { Binding } from "./binding-kinds.js";

/** What a deployed Worker is, reduced to what can drift. Lists are sorted, defaults are filled in: equal means equal. */
export interface WorkerState {
  readonly bindings: readonly Binding[];
  /** `YYYY-MM-DD` */
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly limits: Readonly<Record<string, unknown>>;
  readonly placement: Readonly<Record<string, unknown>>;
  /** Custom domains. */
  readonly domains: readonly string[];
  readonly crons: readonly string[];
  readonly isOnWorkersDev: boolean;
  readonly hasPreviewUrls: boolean;
  readonly observability: Readonly<Record<string, unknown>>;
  readonly logpush: boolean;
  /** Tag of the last Durable Object migration. */
  readonly migrationTag: string | undefined;
  /** Names. */
  readonly secrets: readonly string[];
}
