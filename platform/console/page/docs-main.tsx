import { render, type JSX } from "preact";

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly deprecated?: boolean;
  readonly "x-required-scope"?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly requestBody?: unknown;
  readonly responses?: unknown;
}

interface OpenApi {
  readonly info: { readonly title: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** The API for people, by topic: what a call needs, takes and answers. */
function Docs({ document: { info, paths } }: { document: OpenApi }): JSX.Element {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.deprecated !== true)
      .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const topics = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? "other"))];
  return (
    <>
      <header class="bar">
        <nav aria-label="Topics">
          {topics.map((topic) => (
            <a key={topic} href={`#${topic}`}>
              {topic}
            </a>
          ))}
        </nav>
        <span class="bar-end">
          <a href="/openapi.json">OpenAPI document</a> <a href="/">Console</a>
        </span>
      </header>
      <main>
        <h1>{info.title}</h1>
        <p>{info.description}</p>
        {topics.map((topic) => (
          <section key={topic}>
            <h2 id={topic}>{topic}</h2>
            {operations
              .filter(({ operation }) => (operation.tags?.[0] ?? "other") === topic)
              .map((entry) => (
                <OperationEntry key={entry.operation.operationId} {...entry} />
              ))}
          </section>
        ))}
      </main>
    </>
  );
}

function OperationEntry({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: Operation;
}): JSX.Element {
  const scope = operation["x-required-scope"];
  return (
    <details class="operation">
      <summary>
        <code>
          {method} {path}
        </code>
        <small>{operation.summary}</small>
      </summary>
      <p class="meta">
        {operation.security?.length === 0
          ? "Needs no key."
          : scope === undefined
            ? "Needs a key."
            : `Needs a key with the scope ${scope}.`}
      </p>
      {operation.parameters === undefined || operation.parameters.length === 0 ? null : (
        <ul>
          {operation.parameters.map(({ name, in: place, description }) => (
            <li key={place + name}>
              <code>{name}</code> <small>in {place}</small> {description}
            </li>
          ))}
        </ul>
      )}
      <Schema title="Request" value={operation.requestBody} />
      <Schema title="Answers" value={operation.responses} />
    </details>
  );
}

function Schema({ title, value }: { title: string; value: unknown }): JSX.Element | null {
  if (value === undefined) return null;
  return (
    <>
      <h3>{title}</h3>
      <pre class="scroll">{JSON.stringify(value, null, 2)}</pre>
    </>
  );
}

const root = document.getElementById("app");
if (root !== null) {
  const response = await fetch("/openapi.json");
  // Made by the same build as this page.
  render(<Docs document={(await response.json()) as OpenApi} />, root);
}
