import { provider as workersAi } from "#speech/providers/workers-ai";
import type { SpeechProvider } from "#speech/speech-provider";

/**
 * Every provider of speech. A new one is a file in providers/ of its name, which exports `provider`, and one line here.
 * For checks and documentation: a bundle imports the file of its tenant's provider alone.
 */
export const ALL_PROVIDERS: ReadonlyMap<string, SpeechProvider> = new Map(
  [workersAi].map((provider) => [provider.name, provider]),
);
