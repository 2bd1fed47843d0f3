import { startTestWorker, type TestWorker } from "#worker/testing/start-test-worker";

/** A tenant of the test Worker, and what its models were asked. */
export interface Api {
  readonly worker: TestWorker;
  readonly tenant: "acme" | "globex";
  readonly key: string;
  resetModelCalls(): Promise<void>;
  countModelCalls(): Promise<number>;
}

/** Boots `bundle` with an empty store and lends it, until `use` has ended. */
export async function withApis<Result>(
  bundle: string,
  use: (apis: { readonly acme: Api; readonly globex: Api }) => Promise<Result>,
): Promise<Result> {
  process.env["WORKER_BUNDLE"] = bundle;
  const worker = await startTestWorker();
  const apiOf = (tenant: Api["tenant"]): Api => ({
    worker,
    tenant,
    key: worker.keys[tenant],
    resetModelCalls: () => worker.runtime.control.reset(),
    countModelCalls: async () => (await worker.runtime.control.modelCalls()).length,
  });
  try {
    return await use({ acme: apiOf("acme"), globex: apiOf("globex") });
  } finally {
    await worker.dispose();
  }
}

/** Calls a route and answers its `data`. The caller knows its shape: it is the API's own. */
export async function callApi<Data>(
  { worker, tenant, key }: Api,
  method: string,
  target: string,
  body?: unknown,
): Promise<Data> {
  const answer = await worker.call(target, { method, tenant, key, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 300) throw new Error(`${method} ${target} answered ${answer.status}: ${answer.text}`);
  return answer.json.data as unknown as Data;
}
