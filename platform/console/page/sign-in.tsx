import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { ApiClient } from "./api-client.js";
import { ErrorNotice } from "./notice.js";
import type { Caller } from "./use-api.js";

/** Asks for an API key and tries it. The key is kept in memory and nowhere else. */
export function SignIn({ onKey }: { onKey: (client: ApiClient, caller: Caller) => void }): JSX.Element {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const signIn = async (key: string): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const client = new ApiClient(key);
      onKey(client, await client.get<Caller>("/usage"));
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <h1>Console</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const key = new FormData(event.currentTarget).get("key");
          if (typeof key === "string" && key.trim() !== "") void signIn(key.trim());
        }}
      >
        <label>
          API key
          <input
            name="key"
            type="password"
            autocomplete="off"
            spellcheck={false}
            required
            placeholder="ak_…"
            disabled={isBusy}
          />
        </label>
        <button type="submit" disabled={isBusy}>
          {isBusy ? "Signing in…" : "Sign in"}
        </button>
      </form>
      <ErrorNotice error={error} />
      <p>
        The key stays in this tab’s memory: it is gone when you reload. The development server prints one; operators
        make them with the tenant’s <code>:keys</code> command.
      </p>
    </main>
  );
}
