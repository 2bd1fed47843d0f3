/** What every native answer that worked looks like. */
export interface EnvelopeOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields beside `data`, e.g. `tenantId` of `/health`. */
  readonly top?: Readonly<Record<string, unknown>>;
}

/** `{"ok":true,"data":…,"traceId":…}` */
export function envelope(
  traceId: string,
  data: unknown,
  { status = 200, headers = {}, top = {} }: EnvelopeOptions = {},
): Response {
  return new Response(JSON.stringify({ ok: true, ...top, data, traceId }), {
    status,
    headers: { ...headers, "content-type": "application/json" },
  });
}
