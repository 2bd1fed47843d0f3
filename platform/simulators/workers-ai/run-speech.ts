import { countTokens } from "./count-tokens.js";
import { mp3Frames, speechSeconds, wavTone } from "./make-audio.js";
import { type ModelRun, jsonAnswer, noteTokens } from "./model-run.js";
import { badInput } from "./parse-messages.js";

/**
 * Runs a simulated speech model: a tone or silence that lasts about as long as the text would take to say.
 * MeloTTS answers JSON with a base64 WAV, the others stream MP3.
 */
export function runSpeech(run: ModelRun): Response {
  const text = parseText(run);
  const seconds = speechSeconds(text);
  noteTokens(run.call, countTokens(text), 0);
  if (run.model.endsWith("/melotts")) {
    run.onEnd();
    return jsonAnswer({ audio: base64(wavTone(seconds)) });
  }
  return new Response(audioStream(run, mp3Frames(seconds)), { headers: { "content-type": "audio/mpeg" } });
}

function parseText({ model, inputs }: ModelRun): string {
  const field = model.endsWith("/melotts") ? "prompt" : "text";
  const text = inputs[field];
  if (typeof text !== "string" || text === "") throw badInput(`required properties at '/' are '${field}'`);
  return text;
}

function audioStream(run: ModelRun, chunks: Generator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const next = chunks.next();
        if (next.done === true) {
          run.onEnd();
          controller.close();
        } else controller.enqueue(next.value);
      },
      cancel() {
        run.call.aborted = true;
        run.onEnd();
      },
    },
    { highWaterMark: 0 },
  );
}

function base64(bytes: Uint8Array): string {
  let text = "";
  // String.fromCharCode takes its characters as arguments, of which there may be some ten thousand.
  for (let start = 0; start < bytes.length; start += 8_192)
    text += String.fromCharCode(...bytes.subarray(start, start + 8_192));
  return btoa(text);
}
