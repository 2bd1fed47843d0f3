import { ALL_PROVIDERS } from "#speech/all-providers";
import type { ConfigProblem } from "#tenancy/parse-tenant-config";
import type { TenantConfig } from "#tenancy/tenant-config";

/** A provider, model or voice of speech in a config that nobody has. The schema knows none of them: it stands below them. */
export function findUnknownSpeech({ tts, ai }: TenantConfig): ConfigProblem[] {
  if (tts.provider === "none") return [];
  const provider = ALL_PROVIDERS.get(tts.provider);
  if (provider === undefined)
    return [unknown("tts.provider", tts.provider, "provider of speech", ["none", ...ALL_PROVIDERS.keys()])];
  const {
    models: { speech: id = provider.defaultModel },
  } = ai;
  const model = provider.models.get(id);
  if (model === undefined) return [unknown("ai.models.speech", id, `model of ${tts.provider}`, provider.models.keys())];
  if (tts.voice === undefined || model.voices.includes(tts.voice)) return [];
  return [unknown("tts.voice", tts.voice, `voice of ${id}`, model.voices)];
}

function unknown(field: string, value: string, what: string, known: Iterable<string>): ConfigProblem {
  return {
    field,
    rule: `there is no ${what} "${value}"`,
    remedy: `remove it, or name one of: ${[...known].join(", ")}`,
  };
}
