import type { CallContext } from "#ai-gateway/model-client";
import type { SpeechClient } from "#ai-gateway/speech-client";
import type { ChosenVoice } from "#speech/choose-voice";
import { joinAudio } from "#speech/join-audio";
import type { AudioFormat, SpeechProvider } from "#speech/speech-provider";
import { splitSentences } from "#speech/split-sentences";
import type { TenantId } from "#tenancy/tenant-id";

/** What speaks for a tenant. */
export interface SpeechServices {
  readonly provider: SpeechProvider;
  readonly client: SpeechClient;
  /**
   * Reserves what saying a text may cost. `settle` is told once what of it was asked of the model.
   * @throws PlatformError `budget_exceeded`; `rate_limited` of a request that is counted here.
   */
  reserve(
    tenantId: TenantId,
    cost: { readonly model: string; readonly text: string },
    context: CallContext,
  ): Promise<{ settle(spoken: string): void }>;
}

/** Content types of formats. */
export const AUDIO_TYPES: ReadonlyMap<string, string> = new Map<AudioFormat, string>([
  ["mp3", "audio/mpeg"],
  ["wav", "audio/wav"],
  ["opus", "audio/ogg; codecs=opus"],
  ["aac", "audio/aac"],
  ["flac", "audio/flac"],
  ["pcm", "audio/pcm"],
]);

/** A text and who says it. */
export interface Utterance {
  readonly text: string;
  readonly voice: ChosenVoice;
  /** It continues audio that has a header already. */
  readonly isContinued?: boolean;
  /** Told once how it ended: `undefined` when it was said, or its listener left. */
  readonly onEnd: (failure: unknown) => void;
}

/**
 * Says a text, piece by piece: the audio comes while it is made, and little is made ahead of its reader. Resolves with the
 * first bytes. The whole is reserved at once and settled by what was asked for.
 * @throws PlatformError as `SpeechClient` and `reserve`. A failure in the middle breaks the stream: it never ends early.
 */
export async function synthesizeSpeech(
  tenantId: TenantId,
  services: SpeechServices,
  { text, voice, isContinued, onEnd }: Utterance,
  context: CallContext,
): Promise<ReadableStream<Uint8Array>> {
  const { model, facts, format } = voice;
  const pieces = splitSentences(text, facts.maxCharacters);
  const leave = new AbortController();
  const signal = AbortSignal.any([leave.signal, ...(context.signal === undefined ? [] : [context.signal])]);
  const audio = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    let failure: unknown;
    let spoken = "";
    let admission;
    try {
      admission = await services.reserve(tenantId, { model, text: pieces.join("") }, context);
      // Whoever answered wants to be paid, however its answer ends.
      const onAnswer = (piece: string): void => void (spoken += piece);
      const segments = sayEach(tenantId, services, { pieces, voice, onAnswer }, { ...context, signal });
      yield* joinAudio(format, segments, isContinued);
    } catch (error) {
      failure = signal.aborted ? undefined : error;
      throw error;
    } finally {
      admission?.settle(spoken);
      onEnd(failure);
    }
  };
  return begin(audio(), leave);
}

/** The audio of each piece, asked for when its turn comes. */
async function* sayEach(
  tenantId: TenantId,
  { provider, client }: SpeechServices,
  {
    pieces,
    voice: { model, voice, format, speed },
    onAnswer,
  }: { readonly pieces: readonly string[]; readonly voice: ChosenVoice; readonly onAnswer: (piece: string) => void },
  context: CallContext,
): AsyncGenerator<AsyncIterable<Uint8Array>, void, undefined> {
  for (const text of pieces) {
    const inputs = provider.inputs({ model, text, voice, format, speed });
    const audio = await client.speak(tenantId, { model, text, inputs, read: provider.read }, context);
    onAnswer(text);
    yield audio;
  }
}

/** The chunks as a stream, of which the first is there. Leaving it ends whatever makes them, at once. */
async function begin(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  leave: AbortController,
): Promise<ReadableStream<Uint8Array>> {
  let next = await chunks.next();
  return new ReadableStream({
    async pull(controller) {
      if (next.done === true) {
        controller.close();
        return;
      }
      controller.enqueue(next.value);
      next = await chunks.next();
    },
    async cancel() {
      leave.abort(new Error("the listener left"));
      await chunks.return();
    },
  });
}
