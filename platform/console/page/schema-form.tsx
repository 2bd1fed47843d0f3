import type { JSX } from "preact";

/** What the form reads of a JSON Schema; everything else is typed as JSON. */
interface Field {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A form for the properties of a JSON Schema object. Lists and objects are typed as JSON. */
export function SchemaForm({
  id,
  schema,
  submit,
  isDisabled,
  onValues,
  onProblem,
}: {
  id: string;
  schema: Readonly<Record<string, unknown>>;
  submit: string;
  isDisabled: boolean;
  onValues: (values: Readonly<Record<string, unknown>>) => void;
  onProblem: (problem: Error) => void;
}): JSX.Element {
  const { properties = {}, required = [] } = schema as {
    properties?: Readonly<Record<string, Field>>;
    required?: readonly string[];
  };
  return (
    <form
      class="schema-form"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        try {
          onValues(readValues(properties, (name) => data.get(name)));
        } catch (error) {
          onProblem(error instanceof Error ? error : new Error(String(error)));
        }
      }}
    >
      {Object.entries(properties).map(([name, field]) => (
        <div key={name} class="field">
          <label for={`${id}-${name}`}>
            {name}
            {required.includes(name) ? " (required)" : ""}
          </label>
          <FieldInput id={`${id}-${name}`} name={name} field={field} isRequired={required.includes(name)} />
          {field.description === undefined ? null : <small>{field.description}</small>}
        </div>
      ))}
      <button type="submit" disabled={isDisabled}>
        {submit}
      </button>
    </form>
  );
}

function FieldInput({
  id,
  name,
  field,
  isRequired,
}: {
  id: string;
  name: string;
  field: Field;
  isRequired: boolean;
}): JSX.Element {
  const common = { id, name, required: isRequired };
  if (field.enum !== undefined || field.type === "boolean") {
    const choices = field.enum ?? [true, false];
    return (
      <select {...common}>
        {isRequired ? null : <option value="">default</option>}
        {choices.map((choice) => (
          <option key={String(choice)}>{String(choice)}</option>
        ))}
      </select>
    );
  }
  if (field.type === "integer" || field.type === "number") {
    const step = field.type === "integer" ? 1 : "any";
    return <input {...common} type="number" step={step} min={field.minimum} max={field.maximum} />;
  }
  const isText = field.type === "string";
  return <textarea {...common} rows={isText ? 2 : 4} maxLength={field.maxLength} placeholder={isText ? "" : "JSON"} />;
}

/** The values that were typed, as the schema types them; what was left empty is left out. Throws on broken JSON. */
export function readValues(
  properties: Readonly<Record<string, Field>>,
  typed: (name: string) => unknown,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(properties).flatMap(([name, field]): [string, unknown][] => {
    const text = typed(name);
    return typeof text !== "string" || text === "" ? [] : [[name, readValue(name, field, text)]];
  });
  return Object.fromEntries(entries);
}

function readValue(name: string, { type, enum: choices }: Field, text: string): unknown {
  if (choices !== undefined) return choices.find((choice) => String(choice) === text);
  if (type === "string") return text;
  if (type === "boolean") return text === "true";
  if (type === "integer" || type === "number") return Number(text);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} must be JSON, such as ["one", "two"].`);
  }
}
