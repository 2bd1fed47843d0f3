import { Miniflare } from "miniflare";
import { storageBindingName } from "#simulators/contract/storage-messages";
import { remoteD1, type RemoteD1 } from "#simulators/control/remote-d1";
import { remoteKv, type RemoteKv } from "#simulators/control/remote-kv";
import { SimulatorControl } from "#simulators/control/simulator-control";
import { newControlHost, sendControl, sendStorage } from "./control-channel.js";
import { type DataFolder, openDataFolder } from "./data-folder.js";
import { fetchByHost } from "./fetch-by-host.js";
import { instanceOptions } from "./instance-options.js";
import { heapBytesOf } from "./isolate-heap.js";
import { RuntimeError } from "./runtime-error.js";
import type { RuntimeOptions } from "./runtime-options.js";

/** Workers that run in workerd, with everything behind their bindings on this machine. */
export interface Runtime {
  /** Where the Workers listen. The Host header chooses between them. */
  readonly url: URL;
  /** Real HTTP to {@link url}: a path, or a whole address whose host then names the Worker. */
  fetch(target: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** A Worker's KV namespace, default of the first Worker. Holds across reloads. */
  kv(binding: string, workerName?: string): RemoteKv;
  /** A Worker's D1 database, default of the first Worker. Holds across reloads. */
  d1(binding: string, workerName?: string): RemoteD1;
  /**
   * Node-side proxies of all that a Worker has bound, R2, queues and Durable Objects included. Default: the first Worker. The
   * first call costs a quarter of a second of the processor, for a thread of its own; a reload makes them useless.
   */
  bindings<T = Record<string, unknown>>(workerName?: string): Promise<T>;
  /** Steers the simulators and reads what reached them. */
  readonly control: SimulatorControl;
  /** Runs a Worker's `scheduled` handler. */
  scheduled(cron: string, workerName?: string): Promise<void>;
  /** Throws a Durable Object out of memory, as the platform may at any time; its storage stays. */
  evictDurableObject(className: string, objectName: string, workerName?: string): Promise<void>;
  /** Bytes of JavaScript in the isolate of a Worker and its objects, without garbage. Needs `isInspected`. */
  heapBytes(workerName?: string): Promise<number>;
  /** Replaces Workers and settings; state stays. The data folder, host and port must be the same. */
  reload(options: RuntimeOptions): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * Starts the Workers. Nothing is fetched from the network. Takes 200–400 ms.
 *
 * @throws RuntimeError with a code and a message that says what to do.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const folder = openDataFolder(options);
  try {
    const controlHost = newControlHost();
    const miniflare = new Miniflare(instanceOptions(options, folder.statePath, controlHost));
    const url = await miniflare.ready.catch(async (error: unknown) => {
      await miniflare.dispose().catch(() => undefined);
      throw startError(error, options);
    });
    return runtimeOf({ miniflare, controlHost, folder }, url, options);
  } catch (error) {
    folder.close();
    throw error;
  }
}

interface Started {
  readonly miniflare: Miniflare;
  readonly controlHost: string;
  readonly folder: DataFolder;
}

function runtimeOf({ miniflare, controlHost, folder }: Started, startUrl: URL, startOptions: RuntimeOptions): Runtime {
  let options = startOptions;
  let url = startUrl;
  let disposed: Promise<void> | undefined;
  const workerNames = (): string[] => options.workers.map(({ name }) => name);
  const workerName = (name?: string): string => name ?? workerNames()[0] ?? "";
  const channel = { url: () => url, host: controlHost };

  return {
    get url() {
      return url;
    },
    fetch: (target, init) => fetchAt(url, target, init),
    kv: (binding, name) =>
      remoteKv((call) =>
        sendStorage(channel, { kind: "kv", binding: storageBindingName(workerName(name), binding), call }),
      ),
    d1: (binding, name) =>
      remoteD1((call) =>
        sendStorage(channel, { kind: "d1", binding: storageBindingName(workerName(name), binding), call }),
      ),
    bindings: async <T>(name?: string) => (await miniflare.getBindings(workerName(name))) as T,
    control: new SimulatorControl((request) => sendControl(channel, request), workerNames),
    async scheduled(cron, name) {
      const worker = await miniflare.getWorker(workerName(name));
      await worker.scheduled({ cron });
    },
    async evictDurableObject(className, objectName, name) {
      await miniflare.unsafeEvictDurableObject(workerName(name), className, { name: objectName });
    },
    heapBytes: async (name) => heapBytesOf(await miniflare.getInspectorURL(), workerName(name)),
    async reload(next) {
      folder.relock(next.workers);
      // The port that was given at the start may have been 0; clients hold on to the one that was chosen.
      const settings = { ...next, port: Number(url.port) };
      await miniflare.setOptions(instanceOptions(settings, folder.statePath, controlHost));
      options = next;
      url = await miniflare.ready;
    },
    dispose() {
      disposed ??= miniflare.dispose().finally(() => folder.close());
      return disposed;
    },
  };
}

/** Paths go to the runtime itself; an address with another host goes there under that name. */
async function fetchAt(url: URL, target: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(target instanceof Request ? target : new URL(target, url), init);
  return new URL(request.url).host === url.host ? fetch(request) : fetchByHost(url, request);
}

function startError(error: unknown, options: RuntimeOptions): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const code = (error as { code?: string } | undefined)?.code;
  const reason = error instanceof Error ? error.message : String(error);
  if (code === "ERR_ADDRESS_IN_USE" || code === "EADDRINUSE") {
    const address = `${options.host ?? "127.0.0.1"}:${options.port ?? 0}`;
    return new RuntimeError(
      "port_in_use",
      `${address} is in use by another process. Stop it, or choose another port (0 takes any free one).`,
      {
        cause: error,
      },
    );
  }
  return new RuntimeError("start_failed", `The Workers did not start: ${reason}`, { cause: error });
}
