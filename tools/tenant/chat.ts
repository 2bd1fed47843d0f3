import { runChatTurn } from "#tools/tenant/client/chat-stream";
import type { TenantAddress } from "#tools/tenant/client/tenant-client";
import { askOnce, chatLoop } from "#tools/tenant/chat/chat-loop";
import { CommandError, EXIT_CODES, runCommand, type CommandSpec } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { addressOptions, givenAddress, withLocalTenant } from "#tools/tenant/local/tenant-address";

const options = {
  message: { type: "string", value: "TEXT", about: "what to say; without it a prompt waits for you" },
  session: { type: "string", value: "ID", about: "go on with this session" },
  rag: { type: "boolean", about: "ground the answer in the tenant's documents" },
  json: { type: "boolean", about: "print the whole answer as one JSON object (needs --message)" },
  ...addressOptions,
} as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:chat --",
  about: "Talks to a tenant's assistant. Uses the running :dev server, or starts one for the call.",
  options,
  examples: [
    'tools/bazel run //tenants/acme:chat -- --message "What is a tenant?" --rag',
    "tools/bazel run //tenants/acme:chat -- --rag",
    'tools/bazel run //tenants/acme:chat -- --url https://ai.acme.example --key ak_acme_… --message "Hello" --json',
  ],
};

await runCommand(spec, async ({ values }) => {
  const { message, session, rag, json } = values;
  if (message === undefined && json === true) {
    throw new CommandError("--json needs --message", {
      fix: "say what to ask: --message TEXT",
      exitCode: EXIT_CODES.usage,
    });
  }
  const turn = { ...(session === undefined ? {} : { sessionId: session }), ...(rag === true ? { rag } : {}) };
  const talk = async (address: TenantAddress): Promise<number> => {
    if (message === undefined) await chatLoop(address, turn);
    else if (json === true) printJson(await runChatTurn(address, { ...turn, message }, () => undefined));
    else await askOnce(address, { ...turn, message });
    return EXIT_CODES.ok;
  };
  const address = givenAddress(values, process.env);
  return address === undefined
    ? withLocalTenant(values, readInvocation(process.env, process.cwd()), talk)
    : talk(address);
});

function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
