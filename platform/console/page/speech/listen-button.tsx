import type { JSX } from "preact";

import { ErrorNotice } from "../notice.js";
import { useSpeech } from "./use-speech.js";

/** Most characters that are said of an answer, as `POST /tts` takes. */
const MAX_CHARACTERS = 5_000;

/** Reads an answer out, without the numbers of its citations. Nothing where there is nothing to say. */
export function ListenButton({ text }: { text: string }): JSX.Element | null {
  const { url, progress, error, say, stop } = useSpeech();
  const spoken = text
    .replace(/\s*\[\d{1,3}\]/g, "")
    .slice(0, MAX_CHARACTERS)
    .trim();
  if (!/[\p{L}\p{N}]/u.test(spoken)) return null;
  const isOn = url !== undefined || progress !== undefined;
  return (
    <div class="listen">
      <button
        type="button"
        class="quiet"
        onClick={() => {
          if (isOn) stop();
          else void say({ text: spoken, streaming: true });
        }}
      >
        {isOn ? "Stop listening" : "Listen"}
      </button>
      {url === undefined ? null : <audio src={url} autoplay onEnded={stop} onError={stop} />}
      <ErrorNotice error={error} />
    </div>
  );
}
