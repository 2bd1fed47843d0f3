import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ALL_PROVIDERS } from "#speech/all-providers";
import type { SpeechModel } from "#speech/speech-provider";
import { ErrorNotice } from "../notice.js";
import { useCaller } from "../use-api.js";
import { useSpeech } from "./use-speech.js";

/** As `POST /tts` has it. */
const MAX_CHARACTERS = 5_000;
/** Bare samples: nothing plays them, and the file says not what they are. */
const UNPLAYABLE = "pcm";

/** Texts as speech: a voice, a format, and a player. */
export function SpeechView(): JSX.Element {
  const { features } = useCaller();
  const { url, bytes, progress, error, say, stop } = useSpeech();
  const [model, setModel] = useState(features.speech[0] ?? "");
  const [length, setLength] = useState(0);
  const [format, setFormat] = useState("");
  const { voices, formats } = factsOf(model);
  return (
    <div class="speech">
      <form
        class="schema-form"
        onSubmit={(event) => {
          event.preventDefault();
          const fields = new FormData(event.currentTarget);
          const field = (name: string): string => {
            const value = fields.get(name);
            return typeof value === "string" ? value : "";
          };
          const text = field("text").trim();
          if (text === "" || progress !== undefined) return;
          setFormat(field("format"));
          void say({ text, modelId: model, voice: field("voice"), format: field("format"), streaming: false });
        }}
      >
        <label class="field">
          <span>
            Text{" "}
            <small>
              {length.toLocaleString()} of {MAX_CHARACTERS.toLocaleString()} characters
            </small>
          </span>
          <textarea
            name="text"
            rows={6}
            required
            maxLength={MAX_CHARACTERS}
            onInput={({ currentTarget }) => {
              setLength(currentTarget.value.length);
            }}
          />
        </label>
        <div class="choices">
          <Choice name="model" label="Model" options={features.speech} onChoice={setModel} />
          <Choice key={`${model} voices`} name="voice" label="Voice" options={voices} />
          <Choice
            key={`${model} formats`}
            name="format"
            label="Format"
            options={formats.filter((one) => one !== UNPLAYABLE)}
          />
        </div>
        <div class="row">
          {progress === undefined ? (
            <button type="submit">Speak</button>
          ) : (
            <button type="button" onClick={stop}>
              Stop
            </button>
          )}
          <span role="status">{progress}</span>
        </div>
      </form>
      <ErrorNotice error={error} />
      {url === undefined ? null : (
        <section aria-label="Speech">
          <audio controls autoplay src={url} aria-label="What was said" />
          <a href={url} download={`speech.${format}`}>
            Download ({(bytes / 1024).toFixed(0)} KB)
          </a>
        </section>
      )}
    </div>
  );
}

/** What a model can do, as the providers of this build say. */
function factsOf(model: string): Pick<SpeechModel, "voices" | "formats"> {
  const known = [...ALL_PROVIDERS.values()].flatMap(({ models }) => models.get(model) ?? []);
  return known[0] ?? { voices: [], formats: [] };
}

function Choice({
  name,
  label,
  options,
  onChoice,
}: {
  name: string;
  label: string;
  options: readonly string[];
  onChoice?: (option: string) => void;
}): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select
        name={name}
        onChange={({ currentTarget }) => {
          onChoice?.(currentTarget.value);
        }}
      >
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}
