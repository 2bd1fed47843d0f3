import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { ApiClient } from "./api-client.js";
import { AuditView } from "./audit-view.js";
import { ChatView } from "./chat-view.js";
import { DocumentsView } from "./documents-view.js";
import { MetricsView } from "./metrics/metrics-view.js";
import { SearchView } from "./search-view.js";
import { SignIn } from "./sign-in.js";
import { ToolsView } from "./tools-view.js";
import { SpeechView } from "./speech/speech-view.js";
import { ApiContext, type Caller, CallerContext, canSpeak } from "./use-api.js";
import { UsageView } from "./usage-view.js";

interface ViewEntry {
  readonly id: string;
  readonly title: string;
  readonly View: ComponentType;
  /** Whether there is anything to see; otherwise it is not offered. Default: always. */
  readonly isOpenTo?: (caller: Caller) => boolean;
}

const VIEWS: readonly ViewEntry[] = [
  { id: "chat", title: "Chat", View: ChatView },
  { id: "search", title: "Search", View: SearchView },
  { id: "documents", title: "Documents", View: DocumentsView },
  { id: "tools", title: "Tools", View: ToolsView },
  { id: "speech", title: "Speech", View: SpeechView, isOpenTo: canSpeak },
  { id: "usage", title: "Usage", View: UsageView },
  { id: "metrics", title: "Metrics", View: MetricsView },
  { id: "audit", title: "Audit", View: AuditView },
];

/** The console: one view at a time, named by the address's fragment. */
export function App(): JSX.Element {
  const [signedIn, setSignedIn] = useState<{ readonly client: ApiClient; readonly caller: Caller }>();
  const current = useFragment();
  const views = VIEWS.filter(({ isOpenTo }) => signedIn === undefined || isOpenTo?.(signedIn.caller) !== false);
  const { id, title, View } = views.find((view) => view.id === current) ?? first(views);
  useEffect(() => {
    document.title = signedIn === undefined ? "Sign in · Console" : `${title} · Console`;
  }, [signedIn, title]);
  if (signedIn === undefined) {
    return (
      <SignIn
        onKey={(client, caller) => {
          setSignedIn({ client, caller });
        }}
      />
    );
  }
  return (
    <ApiContext.Provider value={signedIn.client}>
      <header class="bar">
        <nav aria-label="Views">
          {views.map((view) => (
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
              setSignedIn(undefined);
            }}
          >
            Sign out
          </button>
        </span>
      </header>
      <main id="main">
        <h1 class="visually-hidden">{title}</h1>
        <CallerContext.Provider value={signedIn.caller}>
          <View />
        </CallerContext.Provider>
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
