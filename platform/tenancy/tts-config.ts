import * as z from "#base/zod";

/** Speech. The model is `ai.models.speech`, else the provider's own. */
export const ttsSchema = z.strictObject({
  /** Whose models speak: a name of platform/speech/all-providers.ts. `none`: nobody's, speech answers `tts_not_enabled`. */
  provider: z._default(
    z.string().check(z.regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'must be a provider\'s name, such as "workers-ai"' })),
    "none",
  ),
  /** The voice of requests that name none. Default: the model's first. */
  voice: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
});
