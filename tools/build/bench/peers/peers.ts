/** A program that builds a workspace of packages, as its documentation says that it is to be set up. */
export interface Peer {
  readonly name: string;
  /** Package of npm, pinned. */
  readonly package: string;
  /** Its settings: file → content. */
  readonly settings: Readonly<Record<string, object>>;
  /** No telemetry, no cloud. */
  readonly env: Readonly<Record<string, string>>;
  readonly build: readonly string[];
  /** Ends what it has left running. */
  readonly stop: readonly string[];
  /** Reads what a build says of its tasks. */
  readonly readTasks: (output: string) => { readonly ran: number; readonly hits: number };
}

const SOURCES = ["platform/**/*.ts", "tools/**/*.ts", "package.json", "tsconfig.json", "tsconfig.build.json"];
const TENANT_SOURCES = ["tenant.config.json", "prompts/**"];
const TENANT_OUTPUTS = ["gen/**", "bundle.js", "bundle.js.map"];
/** As many tasks at once as the air-gapped Bazel has on two cores. */
const AT_ONCE = 3;

/** What one task hands to the next decides whether the next runs, not what it was made of. */
const DEPENDENCIES = { dependentTasksOutputFiles: "**/*.{js,json,map}", transitive: true };

const inProject = (files: readonly string[]): string[] => files.map((file) => `{projectRoot}/${file}`);

export const PEERS: readonly Peer[] = [
  {
    name: "Nx 24.0.6",
    package: "nx@24.0.6",
    settings: {
      "nx.json": {
        analytics: false,
        neverConnectToCloud: true,
        parallel: AT_ONCE,
        targetDefaults: {
          compile: { cache: true, inputs: inProject(SOURCES), outputs: inProject(["dist"]) },
          link: { cache: true, dependsOn: ["compile"], inputs: [DEPENDENCIES], outputs: inProject(["parts"]) },
          build: {
            cache: true,
            dependsOn: ["^link"],
            inputs: [...inProject(TENANT_SOURCES), DEPENDENCIES],
            outputs: inProject(TENANT_OUTPUTS),
          },
        },
      },
    },
    env: { NX_NO_CLOUD: "true", NX_TUI: "false", NX_SKIP_NX_CACHE: "false", NX_DAEMON: "true" },
    build: ["nx", "run-many", "--target=build", "--outputStyle=static"],
    stop: ["nx", "daemon", "--stop"],
    readTasks(output) {
      const total =
        numberIn(output, /and (\d+) tasks? (?:it|they) depends? on/) +
        numberIn(output, /target build for (\d+) project/);
      const hits = numberIn(output, /for (\d+) out of \d+ tasks/);
      return { ran: total - hits, hits };
    },
  },
  {
    name: "Turborepo 2.11.11",
    package: "turbo@2.11.11",
    settings: {
      "turbo.json": {
        tasks: {
          compile: { inputs: SOURCES, outputs: ["dist/**"] },
          link: { dependsOn: ["compile"], inputs: ["package.json"], outputs: ["parts/**"] },
          build: { dependsOn: ["platform#link"], inputs: TENANT_SOURCES, outputs: TENANT_OUTPUTS },
        },
      },
    },
    env: { TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1" },
    build: ["turbo", "run", "build", `--concurrency=${AT_ONCE}`, "--output-logs=errors-only", "--ui=stream"],
    stop: ["turbo", "daemon", "stop"],
    readTasks(output) {
      const hits = numberIn(output, /Cached:\s+(\d+) cached/);
      return { ran: numberIn(output, /Tasks:\s+\d+ successful, (\d+) total/) - hits, hits };
    },
  },
];

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? 0);
}
