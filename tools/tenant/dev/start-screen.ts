import type { Paint } from "#tools/command/paint";

/** What a person needs to know about a server that has just started. */
export interface StartFacts {
  readonly tenantId: string;
  readonly displayName: string | undefined;
  readonly url: string;
  readonly apiKey: string;
  readonly dataDir: string;
  /** `the local extractive model`, or a model at an address. */
  readonly model: string;
  /** Set when the wanted port was taken and another one was used. */
  readonly portNote: string | undefined;
  readonly watching: boolean;
  readonly startMs: number;
}

/** The start screen: where it is, how to call it, how to stop it. Pure. */
export function formatStartScreen(facts: StartFacts, paint: Paint): string {
  const row = (label: string, value: string) => `  ${paint("dim", label.padEnd(7))} ${value}`;
  const title = facts.displayName === undefined ? facts.tenantId : `${facts.displayName} (${facts.tenantId})`;
  return [
    "",
    `  ${paint("bold", title)} ${paint("dim", `serves after ${facts.startMs} ms`)}`,
    "",
    row(
      "url",
      paint("cyan", facts.url) +
        (facts.portNote === undefined ? "" : paint("yellow", `  ${facts.portNote}`)) +
        paint("dim", "  (in a browser: the console; sign in with the key)"),
    ),
    row("key", facts.apiKey),
    row("data", facts.dataDir),
    row("model", facts.model),
    "",
    `  ${paint("dim", "Is it well? Then add a document and search it. Then talk to it:")}`,
    "",
    ...curlLines(facts).flatMap((line) => [line, ""]),
    `  ${paint("dim", `${facts.watching ? "Sources are watched: a change is built and served by itself. " : ""}Stop with Ctrl-C.`)}`,
    "",
  ].join("\n");
}

/**
 * Where people find a tenant that has a name on this machine, as each of a pool has: there nothing else tells whom a request
 * without a key is for.
 */
export function urlUnderOwnName(url: string, hostnames: readonly string[] = []): string {
  const name = hostnames.find((hostname) => hostname.endsWith(".localhost"));
  return name === undefined ? url : `http://${name}:${new URL(url).port}`;
}

/** Three commands that work when pasted into a POSIX shell, one per line, flush left so that a whole line can be copied. */
export function curlLines({ url, apiKey, tenantId }: Pick<StartFacts, "url" | "apiKey" | "tenantId">): string[] {
  const headers = `-H 'authorization: Bearer ${apiKey}' -H 'content-type: application/json'`;
  const document = {
    docId: "opening-hours",
    text: `# Opening hours\n\nThe support desk of ${tenantId} is open from 8:00 to 18:00 on working days.`,
  };
  const post = (route: string, body: object, flags = "-sS") =>
    `curl ${flags} ${url}${route} ${headers} -d '${JSON.stringify(body)}'`;
  return [
    `curl -sS ${url}/health`,
    `${post("/ingest", document)} && ${post("/search", { query: "When is the support desk open?" })}`,
    post("/chat", { message: "When is the support desk open?", rag: true }, "-sSN"),
  ];
}
