import { toPlatformError } from "#base/errors";
import type { CallContext } from "#ai-gateway/model-client";
import type { ChosenVoice } from "#speech/choose-voice";
import { splitSentences } from "#speech/split-sentences";
import { type SpeechServices, synthesizeSpeech } from "#speech/synthesize-speech";
import type { SpeechStore } from "#storage/speech-store";
import type { TenantId } from "#tenancy/tenant-id";

/** Characters of a part, about: what is said again when a part has to be tried again. */
const PART_CHARACTERS = 1_000;
const PART_SIZES = { first: PART_CHARACTERS, others: PART_CHARACTERS };

/** What a part or a job came to: bytes of audio, or the code of the error that no further attempt would mend. */
export type PartResult = { readonly bytes: number } | { readonly code: string };
export type SpeechJobResult = { readonly parts: readonly number[] } | { readonly code: string };

/** Does a part durably: tries again when it throws, and not again once it worked. Throws when the last attempt failed. */
export type PartStep = (name: string, work: () => Promise<PartResult>) => Promise<PartResult>;

/** Says a long text part after part, each of them durably, and stores its audio. Never throws. */
export async function runSpeechJob(
  tenantId: TenantId,
  services: SpeechServices,
  {
    jobId,
    text,
    voice,
    store,
    step,
  }: {
    readonly jobId: string;
    readonly text: string;
    readonly voice: ChosenVoice;
    readonly store: SpeechStore;
    readonly step: PartStep;
  },
  context: CallContext,
): Promise<SpeechJobResult> {
  const parts: number[] = [];
  for (const [part, said] of splitSentences(text, PART_CHARACTERS, PART_SIZES).entries()) {
    const say = async (): Promise<PartResult> => {
      const utterance = { text: said, voice, isContinued: part > 0, onEnd: () => undefined };
      const audio = await new Response(await synthesizeSpeech(tenantId, services, utterance, context)).arrayBuffer();
      await store.putPart(tenantId, { jobId, part }, audio);
      return { bytes: audio.byteLength };
    };
    let code = "internal";
    const result = await step(`part ${part}`, () =>
      say().catch((thrown: unknown) => {
        const error = toPlatformError(thrown);
        ({ code } = error);
        if (error.retryable) throw error;
        return { code };
      }),
    ).catch(() => ({ code }));
    if ("code" in result) return result;
    parts.push(result.bytes);
  }
  return { parts };
}
