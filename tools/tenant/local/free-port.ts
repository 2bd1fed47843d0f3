import net from "node:net";

import { CommandError } from "#tools/command/command-line";

/** The port people get when they do not choose one; wrangler's own. */
export const DEFAULT_PORT = 8787;
const TRIES = 50;

/** A port to listen on. `wanted` is taken as it is or refused; without it the first free one from `DEFAULT_PORT` is found. */
export async function choosePort(host: string, wanted: number | undefined): Promise<number> {
  if (wanted === 0) return 0;
  if (wanted !== undefined) {
    if (await isFree(host, wanted)) return wanted;
    throw new CommandError(`port ${wanted} is taken`, {
      why: `another program listens on ${host}:${wanted}`,
      fix: "stop that program, choose another --port, or leave --port out to get the next free one",
    });
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + TRIES; port++) {
    if (await isFree(host, port)) return port;
  }
  throw new CommandError(`no free port between ${DEFAULT_PORT} and ${DEFAULT_PORT + TRIES - 1}`, {
    fix: "choose one with --port",
  });
}

/** Parses the value of `--port`. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new CommandError(`--port ${text} is not a port`, {
    fix: "give a number from 0 to 65535; 0 takes any free one",
    exitCode: 2,
  });
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
