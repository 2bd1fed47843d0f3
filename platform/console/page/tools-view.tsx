import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { ToolDescription } from "#llm-tools/list-tools";
import { EmptyNotice, ErrorNotice } from "./notice.js";
import { SchemaForm } from "./schema-form.js";
import { useApi, useLoaded } from "./use-api.js";

/** The tools that the key may use, each with a form made of its schema. */
export function ToolsView(): JSX.Element {
  const { data, error } = useLoaded<{ tools: readonly ToolDescription[] }>("/tools");
  return (
    <div class="tools">
      <ErrorNotice error={error} />
      {data?.tools.length === 0 ? <EmptyNotice>This key may use no tools.</EmptyNotice> : null}
      <ul class="cards" aria-label="Tools">
        {data?.tools.map((tool) => (
          <li key={tool.name}>
            <details>
              <summary>
                <strong>{tool.name}</strong> <small>{tool.effect === "writes" ? "writes" : "reads only"}</small>
                <small>{tool.description}</small>
              </summary>
              <ToolForm tool={tool} />
            </details>
          </li>
        ))}
      </ul>
    </div>
  );
}

function ToolForm({ tool }: { tool: ToolDescription }): JSX.Element {
  const api = useApi();
  const [result, setResult] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const run = async (values: Readonly<Record<string, unknown>>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setResult(undefined);
    try {
      const { result: answer, durationMs } = await api.post<{ result: unknown; durationMs: number }>("/tools/execute", {
        tool: tool.name,
        arguments: values,
      });
      setResult(`${JSON.stringify(answer, null, 2)}\n\n${durationMs.toFixed(0)} ms`);
    } catch (thrown) {
      setError(thrown);
    }
    setBusy(false);
  };
  return (
    <>
      <SchemaForm
        id={tool.name}
        schema={tool.inputSchema}
        submit={isBusy ? "Running…" : "Run"}
        isDisabled={isBusy}
        onValues={(values) => void run(values)}
        onProblem={setError}
      />
      <ErrorNotice error={error} />
      <pre role="status">{result}</pre>
    </>
  );
}
