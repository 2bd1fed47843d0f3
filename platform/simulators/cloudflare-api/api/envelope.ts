import type { Buffer } from "node:buffer";

import type { ApiError } from "./api-error.js";

/** What a handler answers. `result` goes into the envelope, `raw` goes out as it is. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly result?: unknown;
  readonly resultInfo?: unknown;
  readonly raw?: string | Buffer;
}

/** An answer as bytes. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export function ok(result: unknown, status = 200): Answer {
  return { status, result };
}

export function raw(body: string | Buffer, contentType: string): Answer {
  return { status: 200, raw: body, headers: { "content-type": contentType } };
}

/** One page of a list, as `page` and `per_page` ask for it. */
export function page(items: readonly unknown[], query: URLSearchParams, defaultPerPage = 20): Answer {
  const number = positive(query.get("page"), 1);
  const perPage = positive(query.get("per_page"), defaultPerPage);
  const shown = items.slice((number - 1) * perPage, number * perPage);
  const resultInfo = {
    page: number,
    per_page: perPage,
    count: shown.length,
    total_count: items.length,
    total_pages: Math.ceil(items.length / perPage),
  };
  return { status: 200, result: shown, resultInfo };
}

/** The v4 envelope: `{success, errors, messages, result, result_info?}`. */
export function encodeAnswer({ status, headers = {}, result, resultInfo, raw: body }: Answer): HttpAnswer {
  if (body !== undefined) return { status, headers, body };
  const envelope = { success: true, errors: [], messages: [], result: result ?? null };
  const text = JSON.stringify(resultInfo === undefined ? envelope : { ...envelope, result_info: resultInfo });
  return { status, headers: { "content-type": "application/json", ...headers }, body: text };
}

export function encodeError({ status, code, message, headers }: ApiError): HttpAnswer {
  const body = JSON.stringify({ success: false, errors: [{ code, message }], messages: [], result: null });
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

function positive(text: string | null, fallback: number): number {
  const value = Number(text ?? fallback);
  return Number.isSafeInteger(value) && value > 0 ? value : fallback;
}
