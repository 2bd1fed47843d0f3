/**
 * What of a tenant can be switched off and on again: by its config, and at run time without a deploy.
 * A flag stands here together with the code that reads it; `FEATURE_FLAG_EFFECTS` says what it does.
 */
export const FEATURE_FLAGS = ["ingestion", "openaiApi", "searchAnswers", "tools"] as const;
export type FeatureFlag = (typeof FEATURE_FLAGS)[number];
export type FeatureFlags = Readonly<Record<FeatureFlag, boolean>>;

/** What a flag does while it is on, for people. */
export const FEATURE_FLAG_EFFECTS: Readonly<Record<FeatureFlag, string>> = {
  ingestion: "documents can be ingested; off: accepted jobs go on, what is there stays searchable and can be deleted",
  openaiApi: "OpenAI's clients are served under /v1",
  searchAnswers: "a model answers searches; off: they return sources only",
  tools: "tools can be listed and run, by callers and by models",
};
