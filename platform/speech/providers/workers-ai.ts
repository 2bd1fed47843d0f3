import type { AudioFormat, SpeechModel, SpeechProvider } from "#speech/speech-provider";

const MELO = "@cf/myshell-ai/melotts";

/** How each format is asked of Aura (developers.deepgram.com/docs/tts-media-output-settings). */
const AURA_OUTPUT = new Map<AudioFormat, Record<string, unknown>>([
  ["mp3", { encoding: "mp3" }],
  ["wav", { encoding: "linear16", container: "none", sample_rate: 24_000 }],
  ["opus", { encoding: "opus", container: "ogg" }],
  ["pcm", { encoding: "linear16", container: "none", sample_rate: 24_000 }],
]);

/** Voices in one line, the default first. Deepgram takes 2,000 characters; short pieces begin sooner. */
const aura = (voices: string): SpeechModel => ({
  formats: [...AURA_OUTPUT.keys()],
  voices: voices.split(" "),
  maxCharacters: 1_000,
  hasSpeed: false,
});

/**
 * The speech models of Workers AI (developers.cloudflare.com/workers-ai/models: aura-1, aura-2-en, aura-2-es, melotts). MeloTTS
 * has a voice per language, which is called by the language, and answers WAV, whatever its page says
 * (github.com/cloudflare/cloudflare-docs/issues/25480).
 */
export const provider: SpeechProvider = {
  name: "workers-ai",
  defaultModel: "@cf/deepgram/aura-1",
  models: new Map([
    ["@cf/deepgram/aura-1", aura("angus asteria arcas orion orpheus athena luna zeus perseus helios hera stella")],
    [
      "@cf/deepgram/aura-2-en",
      aura(
        "luna amalthea andromeda apollo arcas aries asteria athena atlas aurora callista cora cordelia delia draco electra harmonia helena hera hermes hyperion iris janus juno jupiter mars minerva neptune odysseus ophelia orion orpheus pandora phoebe pluto saturn thalia theia vesta zeus",
      ),
    ],
    ["@cf/deepgram/aura-2-es", aura("aquila sirio nestor carina celeste alvaro diana selena estrella javier")],
    [MELO, { formats: ["wav"], voices: "en es fr zh jp kr".split(" "), maxCharacters: 400, hasSpeed: false }],
  ]),
  inputs: ({ model, text, voice, format }) =>
    model === MELO ? { prompt: text, lang: voice } : { text, speaker: voice, ...AURA_OUTPUT.get(format) },
  read: (contentType, body) => (/json|text/.test(contentType) ? audioField(body) : body),
};

/** The audio of `{audio: base64}`. Throws at any other JSON, an error of the provider among them. */
async function* audioField(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let json = "";
  for await (const chunk of body) json += decoder.decode(chunk, { stream: true });
  const { audio } = JSON.parse(json) as { audio: string };
  const binary = atob(audio);
  const bytes = new Uint8Array(binary.length);
  // Some megabytes: a callback for each of them takes ten times as long.
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
  yield bytes;
}
