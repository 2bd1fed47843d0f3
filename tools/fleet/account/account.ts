import type { ApiClient } from "./api-client.js";
import { ApiFailure } from "./api-client.js";

/** An account and the client that may act in it. */
export interface Account {
  readonly id: string;
  readonly client: ApiClient;
}

/** `/accounts/:id` and what follows; each part is escaped. */
export function accountPath({ id }: Account, ...parts: readonly string[]): string {
  return ["/accounts", id, ...parts.map((part) => part.split("/").map(encodeURIComponent).join("/"))].join("/");
}

/** The answer, or `undefined` when what was asked for is not there. */
export async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 404) return undefined;
    throw error;
  }
}

/** Ends well when the call did, or when the API says that what was to be made is there already. */
export async function orExists(answer: Promise<unknown>, existsCodes: readonly number[]): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof ApiFailure && error.code !== undefined && existsCodes.includes(error.code)) return;
    throw error;
  }
}
