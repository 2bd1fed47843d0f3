import { createContext } from "preact";
import { useCallback, useContext, useEffect, useState } from "preact/hooks";

import type { ApiClient } from "./api-client.js";

/** The client of who is signed in. */
export const ApiContext = createContext<ApiClient | undefined>(undefined);

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

/** Reads a path once, and again with `reload`. An answer that comes after the next question is dropped. */
export function useLoaded<Data>(path: string): Loaded<Data> {
  const api = useApi();
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ data?: Data; error?: unknown; isLoading: boolean }>({ isLoading: true });
  useEffect(() => {
    let isCurrent = true;
    setState(({ data }) => ({ ...(data === undefined ? {} : { data }), isLoading: true }));
    api.get<Data>(path).then(
      (data) => isCurrent && setState({ data, isLoading: false }),
      (error: unknown) => isCurrent && setState({ error, isLoading: false }),
    );
    return () => {
      isCurrent = false;
    };
  }, [api, path, round]);
  const reload = useCallback(() => {
    setRound((before) => before + 1);
  }, []);
  return { data: state.data, error: state.error, isLoading: state.isLoading, reload };
}
