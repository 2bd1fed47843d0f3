import { request as sendHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

import type { CloudflareState } from "../state/cloudflare-state.js";
import { Cell, type CellOptions } from "./cell.js";
import { chooseVersion, VERSION_OVERRIDES_HEADER } from "./choose-version.js";
import { findScript, type FoundScript } from "./find-script.js";

/** A request that a Worker has answered. */
export interface Invocation {
  readonly account: string;
  readonly script: string;
  readonly versionId: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly atMs: number;
}

export interface EdgeOptions extends CellOptions {
  /** Workers that run at the same time; the one that was not asked for longest makes room. */
  readonly maxCells: number;
  readonly random: () => number;
  readonly onInvocation: (invocation: Invocation) => void;
}

/** Serves what was deployed, by the Host header. A script starts when it is first asked for. */
export class Edge {
  readonly #state: CloudflareState;
  readonly #options: EdgeOptions;
  /** In the order of their last use. */
  readonly #cells = new Map<string, Cell>();
  /** Cells that end: the next one of the same script begins when its data is free. */
  readonly #ending = new Map<string, Promise<void>>();

  constructor(state: CloudflareState, options: EdgeOptions) {
    this.#state = state;
    this.#options = options;
  }

  async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? "/", `https://${(incoming.headers.host ?? "").replace(/:\d+$/, "")}`);
    const found = findScript(this.#state, url);
    const versionId = found && this.#versionFor(found, incoming);
    if (found === undefined || versionId === undefined) {
      refuse(outgoing, 404, `No Worker answers for ${url.hostname}`);
      return;
    }
    try {
      const status = await this.#withCell(found, (cell) =>
        cell.serve(found.script, versionId, (address, worker) => forward(incoming, outgoing, { address, worker, url })),
      );
      this.#report(found, versionId, incoming, url, status);
    } catch (error) {
      this.#report(found, versionId, incoming, url, 500);
      const reason = error instanceof Error ? error.message : String(error);
      if (outgoing.headersSent) outgoing.destroy();
      else refuse(outgoing, 500, `The Worker ${found.script.name} could not answer: ${reason}`);
    }
  }

  async close(): Promise<void> {
    const cells = [...this.#cells.values()];
    this.#cells.clear();
    await Promise.all([...cells.map((cell) => cell.dispose()), ...this.#ending.values()]);
  }

  #versionFor({ script, versionId }: FoundScript, { headers }: IncomingMessage): string | undefined {
    const overrides = headers[VERSION_OVERRIDES_HEADER];
    const shares = script.deployments[0]?.versions ?? [];
    return versionId ?? chooseVersion(script.name, shares, overrides?.toString(), this.#options.random());
  }

  /** Calls `use` with the cell of a script, which cannot make room for another one meanwhile. */
  async #withCell<T>({ account, script }: FoundScript, use: (cell: Cell) => Promise<T>): Promise<T> {
    const key = `${account}/${script.name}`;
    const cell = this.#cells.get(key) ?? new Cell(this.#state, account, script.name, this.#options);
    this.#cells.delete(key);
    this.#cells.set(key, cell);
    const release = cell.hold();
    try {
      this.#makeRoom();
      await this.#ending.get(key);
      return await use(cell);
    } finally {
      release();
    }
  }

  #makeRoom(): void {
    for (const [key, cell] of this.#cells) {
      if (this.#cells.size <= this.#options.maxCells) break;
      if (!cell.isIdle) continue;
      this.#cells.delete(key);
      const ending = (this.#ending.get(key) ?? Promise.resolve()).then(() => cell.dispose());
      this.#ending.set(key, ending);
      const forget = (): void => {
        if (this.#ending.get(key) === ending) this.#ending.delete(key);
      };
      ending.then(forget, forget);
    }
  }

  #report(
    { account, script }: FoundScript,
    versionId: string,
    { method = "GET" }: IncomingMessage,
    url: URL,
    status: number,
  ): void {
    this.#options.onInvocation({
      account,
      script: script.name,
      versionId,
      method,
      url: url.href,
      status,
      atMs: this.#state.nowMs(),
    });
  }
}

interface ForwardTarget {
  readonly address: URL;
  readonly worker: string;
  /** As the client wrote it. */
  readonly url: URL;
}

/** Sends a request to a Worker by name and its answer back, both as they stream. Answers the status. */
async function forward(incoming: IncomingMessage, outgoing: ServerResponse, target: ForwardTarget): Promise<number> {
  const abort = new AbortController();
  const onClose = (): void => abort.abort();
  outgoing.once("close", onClose);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const upstream = sendHttp({
    hostname: target.address.hostname,
    port: target.address.port,
    path: target.url.pathname + target.url.search,
    method: incoming.method,
    // How Miniflare is told which of its Workers is meant, and under which address it was called.
    headers: { ...incoming.headers, "mf-route-override": target.worker, "mf-original-url": target.url.href },
    signal: abort.signal,
  });
  upstream.once("response", resolve).once("error", reject);
  pipeline(incoming, upstream).catch(reject);
  try {
    const answer = await promise;
    const status = answer.statusCode ?? 500;
    outgoing.writeHead(status, answer.headers);
    await pipeline(answer, outgoing);
    return status;
  } finally {
    outgoing.off("close", onClose);
  }
}

function refuse(outgoing: ServerResponse, status: number, text: string): void {
  outgoing.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
}
