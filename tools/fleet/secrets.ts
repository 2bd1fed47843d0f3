import { text } from "node:stream/consumers";

import { CommandError, EXIT_CODES, runCommand, type CommandSpec } from "#tools/command/command-line";
import { readInvocation } from "#tools/command/invocation";
import { paintFor } from "#tools/command/paint";
import { readSettings } from "./account/workers.js";
import { redact } from "./account/credentials.js";
import { prepareDrift } from "./drift/drift-command.js";
import { formatLines, mayAct } from "./operate/confirm-plan.js";
import { reachOf } from "./operate/open-account.js";
import {
  actOptions,
  buildOptions,
  environmentOption,
  reachOptions,
  readBuildFiles,
  readEnvironment,
} from "./operate/tenant-command.js";
import { readOrigin } from "./release/origin.js";
import { changeSecrets, type SecretChanges } from "./secrets/change-secrets.js";
import { requireSecretName } from "./secrets/parse-secrets.js";
import { remoteSecrets } from "./state/binding-kinds.js";

const options = { ...buildOptions, ...environmentOption, ...actOptions, ...reachOptions } as const;

const spec: CommandSpec<typeof options> = {
  name: "tools/bazel run //tenants/<tenant>:secrets --",
  about: `Lists, sets and deletes the secrets of a tenant's Worker. The text of a secret is read from standard input: it is in
no argument, no file of the repository and no output.`,
  options,
  positionals: "list | put NAME | delete NAME",
  examples: [
    "tools/bazel run //tenants/acme:secrets -- list --env production",
    "pass show acme/key | tools/bazel run //tenants/acme:secrets -- put SPEECH_KEY --env production --yes",
    "tools/bazel run //tenants/acme:secrets -- delete SPEECH_KEY --env production --yes",
  ],
};

await runCommand(spec, async ({ values, positionals: [verb, name] }) => {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const { workspaceDir } = readInvocation(process.env, process.cwd());
  const { open, context, build } = await prepareDrift(readBuildFiles(values), {
    environment: readEnvironment(values.env),
    reach: reachOf(values, process.env),
    origin: readOrigin(workspaceDir, process.env),
    connectTo: undefined,
    onStep: () => undefined,
  });
  return open.explaining(async () => {
    const settings = await readSettings(open.account, build.rendered.name);
    const there = remoteSecrets(settings?.bindings ?? []);
    const wanted = build.state.secrets;
    if (verb === "list") {
      for (const secret of [...new Set([...there, ...wanted])].toSorted()) {
        say(
          `${secret}  ${there.includes(secret) ? "set" : "missing"}${wanted.includes(secret) ? "" : ", not in the config"}`,
        );
      }
      return EXIT_CODES.ok;
    }
    const changes = await readChanges(verb, name);
    const lines = Object.entries(changes).map(([secret, value]) => ({
      sign: value === null ? ("-" as const) : there.includes(secret) ? ("~" as const) : ("+" as const),
      text: `secret ${secret} of ${build.rendered.name}`,
    }));
    process.stdout.write(formatLines(lines, paintFor(process.stdout)));
    // Standard input held the secret, so nobody can be asked.
    if (!(await mayAct(values, "Change it?"))) return EXIT_CODES.ok;
    const texts = Object.values(changes).filter((value) => value !== null);
    try {
      say(`done: ${await changeSecrets(context, build, changes)} is live`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const { why, fix } = error.hints;
      throw new CommandError(redact(error.message, texts), {
        ...(why === undefined ? {} : { why: redact(why, texts) }),
        ...(fix === undefined ? {} : { fix }),
      });
    }
    return EXIT_CODES.ok;
  });
});

async function readChanges(verb: string | undefined, name: string | undefined): Promise<SecretChanges> {
  if (verb === "delete") return { [requireSecretName(name)]: null };
  if (verb !== "put") {
    throw new CommandError(`${verb ?? "nothing"} is no verb of this command`, {
      fix: "say list, put NAME or delete NAME",
      exitCode: EXIT_CODES.usage,
    });
  }
  const secret = requireSecretName(name);
  if (process.stdin.isTTY) {
    throw new CommandError("the text of the secret is read from standard input", {
      fix: `pipe it in: pass show … | tools/bazel run … -- put ${secret}`,
    });
  }
  const value = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (value === "") throw new CommandError("standard input is empty", { fix: "pipe the text of the secret in" });
  return { [secret]: value };
}
