import { countTokens } from "./count-tokens.js";
import { mp3Frames, pcmTone, speechSeconds, wavTone } from "./make-audio.js";
import { oggOpusPages } from "./make-ogg-opus.js";
import { type ModelRun, jsonAnswer, noteTokens } from "./model-run.js";
import { badInput } from "./parse-messages.js";
import { flushMs, foreverMs, pause } from "./stream-events.js";

/** MeloTTS answers at the rate of its voices. */
const meloSampleRate = 44_100;
/** Sample rate of Aura's linear16 unless the inputs say another. */
const defaultSampleRate = 24_000;
/** Most characters of one call of Aura. */
const maxCharacters = 2_000;

/**
 * Runs a simulated speech model: a tone or silence that lasts about as long as the text would take to say.
 * MeloTTS answers JSON with a base64 WAV, Aura streams the encoding that it is asked for.
 */
export function runSpeech(run: ModelRun): Response {
  const isMelo = run.model.endsWith("/melotts");
  const text = parseText(run, isMelo ? "prompt" : "text");
  const seconds = speechSeconds(text);
  noteTokens(run.call, countTokens(text), 0);
  if (isMelo) {
    run.onEnd();
    return jsonAnswer({ audio: base64(wavTone(seconds, meloSampleRate)) });
  }
  if (text.length > maxCharacters) throw badInput(`Length of '/text' must be <= ${maxCharacters}, got ${text.length}`);
  const { type, chunks } = encode(run.inputs, seconds);
  return new Response(audioStream(run, chunks), { headers: { "content-type": type } });
}

function parseText({ inputs }: ModelRun, field: string): string {
  const text = inputs[field];
  if (typeof text !== "string" || text === "") throw badInput(`required properties at '/' are '${field}'`);
  return text;
}

/** The audio in the encoding and container that Aura is asked for; MP3 by default. */
function encode(inputs: ModelRun["inputs"], seconds: number): { type: string; chunks: Iterator<Uint8Array> } {
  const { encoding = "mp3", container = "default", sample_rate: sampleRate = defaultSampleRate } = inputs;
  if (typeof sampleRate !== "number") throw badInput("Type mismatch of '/sample_rate', 'number' not in 'string'");
  const wanted = [encoding, container].join(" ");
  switch (wanted) {
    case "mp3 default":
    case "mp3 none":
      return { type: "audio/mpeg", chunks: mp3Frames(seconds) };
    case "opus default":
    case "opus ogg":
      return { type: "audio/ogg", chunks: oggOpusPages(seconds) };
    case "linear16 default":
    case "linear16 wav":
      return { type: "audio/wav", chunks: [wavTone(seconds, sampleRate)].values() };
    case "linear16 none":
      return { type: "audio/l16", chunks: inSeconds(pcmTone(seconds, sampleRate), sampleRate * 2) };
    default:
      throw badInput(`encoding and container '${wanted}' are not imitated`);
  }
}

function* inSeconds(bytes: Uint8Array, bytesPerSecond: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += bytesPerSecond) yield bytes.slice(start, start + bytesPerSecond);
}

/** `cut` and `stall` count chunks: each of them holds about a second. */
function audioStream(run: ModelRun, chunks: Iterator<Uint8Array>): ReadableStream<Uint8Array> {
  const { behaviour } = run;
  let left = behaviour?.kind === "cut" || behaviour?.kind === "stall" ? behaviour.afterTokens : Infinity;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (left === 0 && behaviour?.kind === "cut") {
          await pause(flushMs);
          run.onEnd();
          controller.error(new Error("cut, as the test wants"));
          return;
        }
        if (left === 0) await pause(foreverMs);
        left -= 1;
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
