import path from "node:path";

import { CommandError, type CommandLine, EXIT_CODES, required } from "#tools/command/command-line";
import { dataFolder, type Invocation, userPath } from "#tools/command/invocation";
import { PROFILES } from "#tests/load/profiles/all-profiles";
import type { Profile } from "#tests/load/profiles/profile";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const MAX_FACTOR = 1_000;
const NAMES = PROFILES.map(({ name }) => name).join(", ");

/** The command line of `bazel run //tests/load:run`. */
export const runSpec = {
  name: "bazel run //tests/load:run --",
  about:
    "Loads the product as its users would: requests come when they are due, whether or not earlier ones are answered.\nExits with 1 when a threshold is missed, and says which one.",
  options: {
    profile: { type: "string", value: "NAME", about: NAMES },
    url: {
      type: "string",
      value: "URL",
      about: "what to load; default: the production bundle, started on this machine",
    },
    key: { type: "string", value: "KEY", about: "API key with the scopes chat and search; default: $LOAD_KEY" },
    rate: { type: "string", value: "FACTOR", about: "multiply the profile's rates (default 1)" },
    time: { type: "string", value: "FACTOR", about: "multiply the profile's times (default 1)" },
    seed: { type: "string", value: "N", about: "other arrivals of the same plan (default 1)" },
    out: { type: "string", value: "DIR", about: "folder of the reports, JSON and HTML (default .data/load)" },
    yes: { type: "boolean", about: "load a server that is not on this machine: its model calls cost money" },
    product: { type: "string", hidden: true, about: "bundle of the product" },
  },
  examples: [
    "bazel run //tests/load:run -- --profile smoke",
    "bazel run //tests/load:run -- --profile spike --rate 2 --out reports",
    "LOAD_KEY=ak_… bazel run //tests/load:run -- --profile day --url https://acme.example --yes",
  ],
} as const;

export interface RunOptions {
  readonly profile: Profile;
  /** What is loaded; absent: the bundle is started. */
  readonly remote: { readonly url: string; readonly key: string } | undefined;
  readonly rateFactor: number;
  readonly timeFactor: number;
  readonly seed: number;
  readonly outFolder: string;
  readonly productBundle: string;
}

/** Reads the command line. @throws CommandError when it names what is not there, or loads somebody without `--yes`. */
export function readRunOptions(
  { values }: CommandLine<typeof runSpec.options>,
  invocation: Invocation,
  env: NodeJS.ProcessEnv,
): RunOptions {
  const profile = PROFILES.find(({ name }) => name === values.profile);
  if (profile === undefined)
    throw usageError(`there is no profile "${values.profile ?? ""}"`, `give --profile with one of: ${NAMES}`);
  const rateFactor = readFactor("rate", values.rate);
  const timeFactor = readFactor("time", values.time);
  const remote = values.url === undefined ? undefined : readRemote(values.url, values.key ?? env["LOAD_KEY"]);
  if (remote !== undefined && values.yes !== true) refuseOthers(remote.url, profile.size({ rateFactor, timeFactor }));
  return {
    ...{ profile, remote, rateFactor, timeFactor, seed: readFactor("seed", values.seed) },
    outFolder: values.out === undefined ? dataFolder(invocation, "load", undefined) : userPath(invocation, values.out),
    productBundle: path.resolve(required(values.product, "product")),
  };
}

function readRemote(url: string, key: string | undefined): { url: string; key: string } {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw usageError(`--url ${url} is no address`, "give one that begins with https:// or http://");
  return { url: new URL(url).origin, key: required(key, "key") };
}

function readFactor(option: string, text = "1"): number {
  const factor = Number(text);
  if (factor > 0 && factor <= MAX_FACTOR) return factor;
  throw usageError(`--${option} ${text} is too much or no number`, `give a number above 0, at most ${MAX_FACTOR}`);
}

/** @throws CommandError that says what would be sent, unless the server is on this machine. */
function refuseOthers(url: string, { requests, seconds }: ReturnType<Profile["size"]>): void {
  const { host, hostname } = new URL(url);
  if (LOOPBACK.has(hostname)) return;
  throw new CommandError(`this would send about ${requests} requests to ${host} in ${seconds} s`, {
    why: "most of them call a model, which costs money, and store sessions",
    fix: "add --yes, or choose less with --rate and --time",
    exitCode: EXIT_CODES.usage,
  });
}

function usageError(what: string, fix: string): CommandError {
  return new CommandError(what, { fix, exitCode: EXIT_CODES.usage });
}
