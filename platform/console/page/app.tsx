import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { ApiClient } from "./api-client.js";
import { AuditView } from "./audit-view.js";
import { ChatView } from "./chat-view.js";
import { DocumentsView } from "./documents-view.js";
import { SearchView } from "./search-view.js";
import { SignIn } from "./sign-in.js";
import { ToolsView } from "./tools-view.js";
import { ApiContext } from "./use-api.js";
import { UsageView } from "./usage-view.js";

const VIEWS: readonly { readonly id: string; readonly title: string; readonly View: ComponentType }[] = [
  { id: "chat", title: "Chat", View: ChatView },
  { id: "search", title: "Search", View: SearchView },
  { id: "documents", title: "Documents", View: DocumentsView },
  { id: "tools", title: "Tools", View: ToolsView },
  { id: "usage", title: "Usage", View: UsageView },
  { id: "audit", title: "Audit", View: AuditView },
];

/** The console: one view at a time, named by the address's fragment. */
export function App(): JSX.Element {
  const [client, setClient] = useState<ApiClient>();
  const current = useFragment();
  const { id, title, View } = VIEWS.find((view) => view.id === current) ?? first(VIEWS);
  useEffect(() => {
    document.title = client === undefined ? "Sign in · Console" : `${title} · Console`;
  }, [client, title]);
  if (client === undefined) {
    return (
      <SignIn
        onKey={(key) => {
          setClient(new ApiClient(key));
        }}
      />
    );
  }
  return (
    <ApiContext.Provider value={client}>
      <header class="bar">
        <nav aria-label="Views">
          {VIEWS.map((view) => (
            <a key={view.id} href={`#${view.id}`} aria-current={view.id === id ? "page" : undefined}>
              {view.title}
            </a>
          ))}
        </nav>
        <span class="bar-end">
          <a href="/docs">API</a>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setClient(undefined);
            }}
          >
            Sign out
          </button>
        </span>
      </header>
      <main id="main">
        <h1 class="visually-hidden">{title}</h1>
        <View />
      </main>
    </ApiContext.Provider>
  );
}

function useFragment(): string {
  const read = () => location.hash.slice(1);
  const [fragment, setFragment] = useState(read);
  useEffect(() => {
    const listen = () => {
      setFragment(read());
    };
    addEventListener("hashchange", listen);
    return () => {
      removeEventListener("hashchange", listen);
    };
  }, []);
  return fragment;
}

function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error("an empty list has no first item");
  return item;
}
