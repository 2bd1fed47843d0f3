/** Formats of audio that a request may ask for; each model gives some of them. */
export const AUDIO_FORMATS = ["mp3", "wav", "opus", "aac", "flac", "pcm"] as const;
export type AudioFormat = (typeof AUDIO_FORMATS)[number];

/** What a speech model can do. */
export interface SpeechModel {
  /** The first one is used when a request names none. */
  readonly formats: readonly AudioFormat[];
  /** The first one is used when neither request nor config names one. */
  readonly voices: readonly string[];
  /** Most characters of one call. */
  readonly maxCharacters: number;
  /** Whether it can speak slower and faster. */
  readonly hasSpeed: boolean;
}

/** A part of a text, to be said in one call of the model. Everything in it has been checked against the `SpeechModel`. */
export interface SpeechSegment {
  readonly model: string;
  readonly text: string;
  readonly voice: string;
  readonly format: AudioFormat;
  /** 1 is the voice's own pace. */
  readonly speed: number;
}

/**
 * Whose models speak, and how they are asked. Pure: the call itself goes through the tenant's gateway, as every model call.
 * A new one: docs/guides/add-a-speech-provider.md.
 */
export interface SpeechProvider {
  /** Its name in `tts.provider` of a config. */
  readonly name: string;
  /** The model of a tenant whose config names none. */
  readonly defaultModel: string;
  /** Its models by id. */
  readonly models: ReadonlyMap<string, SpeechModel>;
  /** The inputs of the model for a segment. */
  readonly inputs: (segment: SpeechSegment) => Record<string, unknown>;
  /**
   * Takes the audio out of an answer: in the segment's format, or for `wav` also as 16 bit PCM without a header, mono, at
   * 24 kHz. Segments are joined by `joinAudio`. Throws at an answer that holds no audio.
   */
  readonly read: (contentType: string, body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
}
