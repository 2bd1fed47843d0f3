import { randomUUID } from "node:crypto";

import type { ControlRequest } from "#simulators/contract/control-messages";
import type { StorageRequest } from "#simulators/contract/storage-messages";
import { fetchByHost } from "./fetch-by-host.js";

/** The way from this process to the control Worker: the runtime's own address, under a host that only this process knows. */
export interface ControlChannel {
  /** Asked at each message: a reload may change it. */
  readonly url: () => URL;
  readonly host: string;
}

/** Never in DNS (RFC 6761, section 6.4), and 122 random bits that no client of the port can guess. */
export function newControlHost(): string {
  return `${randomUUID()}.invalid`;
}

/** Carries a message to the simulators. */
export async function sendControl(channel: ControlChannel, request: ControlRequest): Promise<unknown> {
  const response = await post(channel, "/control", request);
  if (!response.ok) throw new Error(`The simulators refused "${request.op}": ${await response.text()}`);
  return response.json();
}

/** Carries an operation to a Worker's binding. What the binding refuses is thrown with the binding's own message. */
export async function sendStorage<Result>(channel: ControlChannel, request: StorageRequest): Promise<Result> {
  const response = await post(channel, "/storage", request);
  if (!response.ok) throw new Error(await response.text());
  const result: unknown = await response.json();
  return result as Result;
}

function post({ url, host }: ControlChannel, path: string, body: object): Promise<Response> {
  return fetchByHost(url(), new Request(`http://${host}${path}`, { method: "POST", body: JSON.stringify(body) }));
}
