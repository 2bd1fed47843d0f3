import { catalogEntry } from "#ai-gateway/model-catalog";
import { PlatformError } from "#base/errors";
import type { SpeechRequest } from "#speech/speech-request";
import type { AudioFormat, SpeechModel, SpeechProvider } from "#speech/speech-provider";
import type { TenantConfig } from "#tenancy/tenant-config";

/** Who speaks and in which format: all of it the model can do. */
export interface ChosenVoice {
  readonly model: string;
  readonly facts: SpeechModel;
  readonly voice: string;
  readonly format: AudioFormat;
  readonly speed: number;
}

/** Names of OpenAI's voices, which its clients must send: the tenant's own voice speaks for each of them. */
const OPENAI_VOICES = "alloy ash ballad cedar coral echo fable marin nova onyx sage shimmer verse".split(" ");

/** The speech models that a request to the tenant may name, its own first. */
export function speechModels({ ai }: TenantConfig, provider: SpeechProvider): string[] {
  const models = [ai.models.speech ?? provider.defaultModel, ...ai.allowedModels];
  return [...new Set(models)].filter((model) => provider.models.has(model));
}

/**
 * Who answers a request: what it names, else what the tenant's config names, else the model's own.
 * @throws PlatformError `model_not_allowed`, `model_not_found`; `invalid_request` for what the model cannot do.
 */
export function chooseVoice(
  tenant: TenantConfig,
  provider: SpeechProvider,
  request: Omit<SpeechRequest, "text">,
): ChosenVoice {
  const allowed = speechModels(tenant, provider);
  const { modelId: model = allowed[0] ?? "", format, speed } = request;
  const facts = allowed.includes(model) ? provider.models.get(model) : undefined;
  if (facts === undefined) throw refuseModel(model, allowed);
  const { formats, voices, hasSpeed } = facts;
  const wanted = request.voice !== undefined && OPENAI_VOICES.includes(request.voice) ? undefined : request.voice;
  const own = tenant.tts.voice;
  const voice = wanted ?? (own !== undefined && voices.includes(own) ? own : voices[0]) ?? "";
  const chosen = format ?? formats[0] ?? "mp3";
  if (!formats.includes(chosen)) throw refuse("format", `${model} gives ${formats.join(", ")}`);
  if (!voices.includes(voice)) throw refuse("voice", `${model} has ${voices.join(", ")}`);
  if (speed !== 1 && !hasSpeed) throw refuse("speed", `${model} speaks at its own pace: send 1, or leave it out`);
  return { model, facts, voice, format: chosen, speed };
}

function refuseModel(model: string, allowed: readonly string[]): PlatformError {
  return catalogEntry(model) === undefined
    ? new PlatformError("model_not_found", `There is no such model. You may use: ${allowed.join(", ")}.`)
    : new PlatformError("model_not_allowed", `The model must be one of: ${allowed.join(", ")}.`);
}

function refuse(field: string, message: string): PlatformError {
  return new PlatformError("invalid_request", `${field}: ${message}`, { details: [{ field, message }] });
}
