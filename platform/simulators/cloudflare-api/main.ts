import { parseArgs } from "node:util";

import type { TokenRecord } from "./accounts/token-record.js";
import { type CloudflareApi, startCloudflareApi } from "./start-cloudflare-api.js";

const HELP = `Serves the part of Cloudflare's API v4 that wrangler and the fleet's commands use, and runs what is deployed to it.

Usage: tools/bazel run //platform/simulators/cloudflare-api -- [options]

Options:
  --port N            port on the loopback address; default: 8899
  --data DIR          where the accounts are kept; default: a temporary folder
  --token TOKEN=ID,…  a token and the accounts it may act in; may be given several times
  --fault SHARE       share of the calls that fail, 0 to 1
  --rate-limit        hold the documented 1,200 calls in five minutes
  --help              show this text
`;

/** Default of --port. */
const DEFAULT_PORT = 8_899;
/** The account and the token that the examples name. */
const DEFAULT_TOKEN = "simulator-token=0123456789abcdef0123456789abcdef";

const values = readOptions();
if (values.help) process.stdout.write(HELP);
else await serve();

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: "string", default: String(DEFAULT_PORT) },
        data: { type: "string" },
        token: { type: "string", multiple: true, default: [DEFAULT_TOKEN] },
        fault: { type: "string", default: "0" },
        "rate-limit": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return giveUp(error instanceof Error ? error.message : String(error), "see --help", 2);
  }
}

function giveUp(what: string, fix: string, exitCode: number): never {
  process.stderr.write(`error: ${what}\n  fix: ${fix}\n`);
  process.exit(exitCode);
}

async function serve(): Promise<void> {
  const tokens = values.token.map(parseToken);
  const api = await startCloudflareApi({
    tokens,
    port: Number(values.port),
    ...(values.data === undefined ? {} : { dataDir: userPath(values.data) }),
    ...(values["rate-limit"] ? { rateLimit: { requests: 1_200, windowSeconds: 300 } } : {}),
  }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    return giveUp(`port ${values.port} is taken`, "end what listens there, or choose another one: --port 8900", 1);
  });
  const share = Number(values.fault);
  if (share > 0) api.faults.add({ kind: "lose", share: share / 2 });
  if (share > 0) api.faults.add({ kind: "refuse", status: 503, share: share / 2 });
  process.stdout.write(startText(api, tokens));
  const stop = (): void => void api.close().then(() => process.exit(0));
  process.once("SIGINT", stop).once("SIGTERM", stop);
}

function startText({ apiUrl, origin }: CloudflareApi, tokens: readonly TokenRecord[]): string {
  return [
    `Cloudflare's API is simulated at ${apiUrl}. In another terminal:`,
    "",
    `  export CLOUDFLARE_API_BASE_URL=${apiUrl}`,
    `  export CLOUDFLARE_API_TOKEN=${tokens[0]?.token ?? ""}`,
    "",
    `What is deployed answers here by its hostname: curl -H 'Host: ai.acme.example' ${origin}/health`,
    "",
  ].join("\n");
}

function parseToken(text: string): TokenRecord {
  const [token = "", accounts = ""] = text.split("=");
  return { token, accounts: accounts.split(","), email: "operator@example.com", permissions: "all" };
}

/** `bazel run` changes the folder; what a person types is relative to theirs. */
function userPath(given: string): string {
  const base = process.env["BUILD_WORKING_DIRECTORY"] ?? process.cwd();
  return given.startsWith("/") ? given : `${base}/${given}`;
}
