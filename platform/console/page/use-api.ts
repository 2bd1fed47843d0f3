import { createContext } from "preact";
import { useCallback, useContext, useEffect, useState } from "preact/hooks";

import type { ApiClient } from "./api-client.js";

/** The client of who is signed in. */
export const ApiContext = createContext<ApiClient | undefined>(undefined);

/** What is open to who is signed in, as `GET /usage` says. */
export interface Caller {
  readonly scopes: readonly string[];
  /** Whether the tenant is measured, and the models that speak for it. */
  readonly features: { readonly metrics: boolean; readonly speech: readonly string[] };
}

export const CallerContext = createContext<Caller>({ scopes: [], features: { metrics: false, speech: [] } });

export function useCaller(): Caller {
  return useContext(CallerContext);
}

/** Whether somebody speaks for the tenant, and the key may have it speak. */
export function canSpeak({ scopes, features }: Caller): boolean {
  return features.speech.length > 0 && scopes.includes("tts");
}

export function useApi(): ApiClient {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error("no ApiContext around this component");
  return api;
}

/** What was read from the API, what went wrong, and how to read again. */
export interface Loaded<Data> {
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** Reads a path once, and again with `reload`. An answer that comes after the next question is dropped; what was read stays when a later reading fails. */
export function useLoaded<Data>(path: string): Loaded<Data> {
  return useRead((api) => api.get<Data>(path), path);
}

/** As `useLoaded`, for what takes several calls. `question` says what `read` reads: it reads anew when that changes. */
export function useRead<Data>(read: (api: ApiClient) => Promise<Data>, question: string): Loaded<Data> {
  const api = useApi();
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ data?: Data; error?: unknown; isLoading: boolean }>({ isLoading: true });
  useEffect(() => {
    let isCurrent = true;
    setState(({ data }) => ({ ...(data === undefined ? {} : { data }), isLoading: true }));
    read(api).then(
      (data) => isCurrent && setState({ data, isLoading: false }),
      (error: unknown) => isCurrent && setState((before) => ({ ...before, error, isLoading: false })),
    );
    return () => {
      isCurrent = false;
    };
  }, [api, question, round]);
  const reload = useCallback(() => {
    setRound((before) => before + 1);
  }, []);
  return { data: state.data, error: state.error, isLoading: state.isLoading, reload };
}
