import { WebSocket } from "undici";

/** How long the inspector may take: counting the heap stops everything else in the isolate. */
const INSPECTOR_MS = 30_000;

/** An isolate, as the inspector lists it. */
interface InspectorTarget {
  readonly id: string;
  readonly webSocketDebuggerUrl: string;
}

/** The answer to one command of the inspector. */
interface InspectorAnswer {
  readonly id?: number;
  readonly result?: { readonly usedSize?: number };
}

/**
 * Bytes that JavaScript holds in the isolate of a Worker and of its Durable Objects, once the garbage is out. What the
 * runtime keeps beside it (SQLite, the local KV and D1, which are isolates of their own) is not in it.
 *
 * A snapshot of the heap is taken and thrown away, because it collects the garbage there and then. `HeapProfiler.collectGarbage`
 * only puts it on the list of what the isolate does next, and an isolate without requests does nothing: what is asked after it is
 * the heap with all its garbage.
 *
 * @param inspector where the inspector listens
 * @throws Error when the inspector gives no answer
 */
export async function heapBytesOf(inspector: URL, workerName: string): Promise<number> {
  const listing = await fetch(`http://${inspector.host}/json`);
  const targets = JSON.parse(await listing.text()) as readonly InspectorTarget[];
  const target = targets.find(({ id }) => id === `core:user:${workerName}`);
  if (target === undefined) throw new Error(`there is no inspector of "${workerName}" at ${inspector.href}`);
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const timer = setTimeout(
    () => reject(new Error(`the inspector of "${workerName}" did not answer in time`)),
    INSPECTOR_MS,
  );
  socket.onerror = ({ error }) => reject(new Error(`the inspector of "${workerName}" broke off`, { cause: error }));
  socket.onopen = () => {
    socket.send(JSON.stringify({ id: 1, method: "HeapProfiler.takeHeapSnapshot", params: { reportProgress: false } }));
    socket.send(JSON.stringify({ id: 2, method: "Runtime.getHeapUsage" }));
  };
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    const { id, result } = JSON.parse(String(data)) as InspectorAnswer;
    if (id === 2) resolve(result?.usedSize ?? Number.NaN);
  };
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}
