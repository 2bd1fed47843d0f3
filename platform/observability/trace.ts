/** Well-formed id of a trace, as it may appear in headers, logs and gateway metadata. */
const TRACE_ID_PATTERN = /^[A-Za-z0-9._-]{1,128}$/;

/** W3C Trace Context, section 3.2: version, 32-hex trace id, 16-hex parent id, flags. Version `ff` and ids of zeros are invalid. */
const TRACEPARENT_PATTERN = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/**
 * The id under which a request is found again: the trace id of a valid `traceparent`, else `cf-ray`,
 * else `x-request-id`, each only when well-formed; else a new one.
 */
export function traceIdOf(headers: Headers, newId: () => string = () => crypto.randomUUID()): string {
  const traceparent = TRACEPARENT_PATTERN.exec(headers.get("traceparent") ?? "")?.[1];
  if (traceparent !== undefined) return traceparent;
  for (const name of ["cf-ray", "x-request-id"]) {
    const value = headers.get(name);
    if (value !== null && TRACE_ID_PATTERN.test(value)) return value;
  }
  return newId();
}
