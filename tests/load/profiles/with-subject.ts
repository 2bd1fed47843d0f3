import { LoadClient } from "#tests/load/profiles/load-client";
import type { Subject } from "#tests/load/profiles/profile";
import { startServerProcess } from "#tests/load/servers/server-process";
import type { FlagMessage, WorkerOptions } from "#tests/load/servers/worker-options";
import { CHAT_ANSWER } from "#tests/load/servers/servers";

/** A model that is fast for one: with none, streams would end before others begin. */
const TOKEN_DELAY_MS = 20;

/** Lends what is to be loaded: a server that is there, or else the bundle in a process of its own with documents in it. */
export async function withSubject<Result>(
  {
    remote,
    productBundle,
  }: { readonly remote: { readonly url: string; readonly key: string } | undefined; readonly productBundle: string },
  use: (subject: Subject) => Promise<Result>,
): Promise<Result> {
  if (remote !== undefined) {
    const client = new LoadClient(remote.url, remote.key);
    return use({ client }).finally(() => client.close());
  }
  const worker: WorkerOptions = {
    kind: "product",
    modulePath: productBundle,
    areLimitsOn: true,
    answer: CHAT_ANSWER,
    tokenDelayMs: TOKEN_DELAY_MS,
  };
  const server = await startServerProcess("./worker.js", [JSON.stringify(worker)]);
  const client = new LoadClient(server.url, server.facts["key"] ?? "");
  try {
    await client.prepare();
    return await use({
      client,
      setFlag: (flag, value) => server.tell({ flag, value } satisfies FlagMessage),
    });
  } finally {
    await client.close();
    await server.stop();
  }
}
