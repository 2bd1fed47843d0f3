import type { BindingProps } from "#simulators/contract/binding-props";
import type { RemoteStorageProps } from "./remote-storage.js";

/** The plugin's name in `dev.plugin`; Miniflare looks it up among the module's exported `plugins`. */
export const pluginName = "simulators";

/** A binding that the plugin provides, as it reads it back from Miniflare's options. */
export interface SimulatedBinding {
  readonly props: BindingProps | RemoteStorageProps;
  /** Absolute path of the bundled simulator Worker. */
  readonly simulatorWorkerPath: string;
}

/** The entry of a Worker's `env` that makes Miniflare ask the plugin for the binding. */
export interface UnsafeEnvEntry {
  readonly [field: string]: unknown;
  readonly type: `unsafe:${string}`;
  readonly dev: {
    readonly plugin: { readonly package: string; readonly name: string };
    readonly options: Record<string, unknown>;
  };
}

/** Writes a {@link SimulatedBinding} as an `env` entry. `pluginPath` is the absolute path of the plugin's module. */
export function envEntry(pluginPath: string, binding: SimulatedBinding): UnsafeEnvEntry {
  return {
    type: `unsafe:${binding.props.kind}`,
    dev: { plugin: { package: pluginPath, name: pluginName }, options: { ...binding } },
  };
}

/** The bindings of a Worker's parsed `env` that are ours. */
export function simulatedBindings(env: Readonly<Record<string, unknown>> | undefined): [string, SimulatedBinding][] {
  return Object.entries(env ?? {}).flatMap(([name, entry]): [string, SimulatedBinding][] =>
    isOurs(entry) ? [[name, parseBinding(entry)]] : [],
  );
}

function isOurs(entry: unknown): entry is UnsafeEnvEntry {
  const candidate = entry as Partial<UnsafeEnvEntry> | null;
  return candidate?.type?.startsWith("unsafe:") === true && candidate.dev?.plugin.name === pluginName;
}

/** Options went through Miniflare as plain JSON; {@link envEntry} is the only code that writes them. */
function parseBinding(entry: UnsafeEnvEntry): SimulatedBinding {
  return entry.dev.options as unknown as SimulatedBinding;
}
