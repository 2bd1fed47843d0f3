import { useEffect, useRef, useState } from "preact/hooks";

import type { ApiClient } from "../api-client.js";
import { useApi } from "../use-api.js";

/** How often a job is asked how far it has come, milliseconds. */
const ASK_EVERY_MS = 1_000;

/** The body of `POST /tts`, in what this page sends. */
export interface SpeechOrder {
  readonly text: string;
  readonly modelId?: string;
  readonly voice?: string;
  readonly format?: string;
  /** False: a long text becomes a job. */
  readonly streaming: boolean;
}

/** A job, as `GET /tts/:jobId` answers. */
interface Job {
  readonly jobId: string;
  readonly status: "queued" | "running" | "succeeded" | "failed";
  readonly audio?: string;
  readonly code?: string;
}

/** What has been said, and how to have something said. */
export interface Speech {
  /** Address of the audio, in this page alone. */
  readonly url: string | undefined;
  readonly bytes: number;
  /** What is being done, in words; undefined while nothing is. */
  readonly progress: string | undefined;
  readonly error: unknown;
  readonly say: (order: SpeechOrder) => Promise<void>;
  /** Ends what is being said, and forgets what has been. */
  readonly stop: () => void;
}

interface State {
  readonly audio?: { readonly url: string; readonly bytes: number };
  readonly progress?: string;
  readonly error?: unknown;
}

/** Has texts said, one at a time. Audio is kept until the next text, or until the view is left. */
export function useSpeech(): Speech {
  const api = useApi();
  const [{ audio, progress, error }, setState] = useState<State>({});
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  useEffect(
    () => () => {
      if (audio !== undefined) URL.revokeObjectURL(audio.url);
    },
    [audio],
  );
  const stop = (): void => {
    running.current?.abort();
    setState({});
  };
  const say = async (order: SpeechOrder): Promise<void> => {
    stop();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const tell = (state: State): void => {
      if (!signal.aborted) setState(state);
    };
    tell({ progress: "Speaking…" });
    try {
      const blob = await readSpeech(api, order, signal, (status) => {
        tell({ progress: `A long text: its job is ${status}…` });
      });
      if (!signal.aborted) setState({ audio: { url: URL.createObjectURL(blob), bytes: blob.size } });
    } catch (thrown) {
      tell({ error: thrown });
    }
  };
  return { url: audio?.url, bytes: audio?.bytes ?? 0, progress, error, say, stop };
}

/** The audio of a text, by way of a job where the API makes one. @throws ApiError; Error when the job has failed */
async function readSpeech(
  api: ApiClient,
  order: SpeechOrder,
  signal: AbortSignal,
  onStatus: (status: Job["status"]) => void,
): Promise<Blob> {
  let answer = await api.file<Job>("/tts", order, signal);
  while (!(answer instanceof Blob)) {
    const { jobId, status, audio, code }: Job = answer;
    onStatus(status);
    if (status === "failed") throw new Error(`The text could not be said (${code ?? "unknown"}). Try again.`);
    if (audio === undefined) await pause(ASK_EVERY_MS, signal);
    answer = await api.file<Job>(audio ?? `/tts/${jobId}`, undefined, signal);
  }
  return answer;
}

/** Waits; rejects at once when `signal` aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    });
  });
}
