import { createRequire } from "node:module";
import { type AddressInfo, Server } from "node:net";

import { announce } from "#tests/load/servers/server-process";

/**
 * The peer: Portkey's gateway as its package starts it. It would listen on every address of the machine at a fixed port;
 * here it gets a free one on loopback.
 */
type Listen = (this: Server, ...args: unknown[]) => Server;

/** Longer than any scenario lets a connection idle. */
const KEEP_ALIVE_MS = 60_000;

const listen = Object.getOwnPropertyDescriptor(Server.prototype, "listen")?.value as Listen;
Server.prototype.listen = function (this: Server, ...args: unknown[]) {
  // Node would close a connection that waits for its turn in a bench.
  Object.assign(this, { keepAliveTimeout: KEEP_ALIVE_MS });
  const onListening = args.findLast((arg) => typeof arg === "function") as (() => void) | undefined;
  return listen.call(this, { port: 0, host: "127.0.0.1" }, () => {
    onListening?.();
    const { port } = this.address() as AddressInfo;
    announce({ url: `http://127.0.0.1:${port}` }, () => undefined);
  });
};
process.argv.push("--headless");
await import(createRequire(import.meta.url).resolve("@portkey-ai/gateway/build/start-server.js"));
