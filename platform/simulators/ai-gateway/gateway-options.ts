/**
 * Limits of AI Gateway. "Limits", "Custom metadata" and "Caching" are pages of the AI Gateway docs.
 */
export const gatewayLimits = {
  /** Custom metadata: further entries are ignored, not refused. */
  maxMetadataEntries: 5,
  /** Limits: one month, seconds. */
  maxCacheTtlSeconds: 2_678_400,
  /** Limits: larger requests are not cached, bytes. */
  maxCacheableBytes: 25_000_000,
} as const;

export type GatewayMetadata = Readonly<Record<string, string | number | boolean>>;

/** The `gateway` option of `env.AI.run`, read. */
export interface GatewayOptions {
  readonly id: string;
  /** Seconds; 0 when nothing is to be cached. */
  readonly cacheTtlSeconds: number;
  readonly cacheKey: string | undefined;
  readonly metadata: GatewayMetadata;
  readonly collectLog: boolean;
}

/** A call that the gateway itself refuses. */
export class GatewayRefusal extends Error {
  override readonly name = "GatewayRefusal";

  constructor(
    readonly internalCode: number,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads the `gateway` option. `known` lists the gateways that exist; without it every name does.
 *
 * @throws GatewayRefusal for an unknown gateway (code 2001 and its text were observed), and for options that the
 * documentation does not allow.
 */
export function parseGatewayOptions(value: unknown, known: readonly string[] | undefined): GatewayOptions {
  const options = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { id, cacheTtl, cacheKey, skipCache, metadata, collectLog } = options;
  if (typeof id !== "string" || id === "") throw new GatewayRefusal(2003, 400, "gateway.id must be a name");
  // The first use of "default" creates it ("Get started").
  if (known !== undefined && id !== "default" && !known.includes(id)) {
    throw new GatewayRefusal(2001, 404, "Please configure AI Gateway in the Cloudflare dashboard");
  }
  return {
    id,
    cacheTtlSeconds: skipCache === true ? 0 : parseTtl(cacheTtl),
    cacheKey: typeof cacheKey === "string" ? cacheKey : undefined,
    metadata: parseMetadata(metadata),
    collectLog: collectLog !== false,
  };
}

function parseTtl(cacheTtl: unknown): number {
  if (cacheTtl === undefined || cacheTtl === null) return 0;
  if (typeof cacheTtl !== "number" || !(cacheTtl >= 0) || cacheTtl > gatewayLimits.maxCacheTtlSeconds) {
    throw new GatewayRefusal(2003, 400, `cacheTtl must be between 0 and ${gatewayLimits.maxCacheTtlSeconds} seconds`);
  }
  return cacheTtl;
}

/** "Custom metadata": the first five entries are saved; values are strings, numbers or booleans, never objects. */
export function parseMetadata(metadata: unknown): GatewayMetadata {
  if (metadata === undefined || metadata === null) return {};
  if (typeof metadata !== "object" || Array.isArray(metadata))
    throw new GatewayRefusal(2003, 400, "metadata must be an object");
  const entries = Object.entries(metadata as Readonly<Record<string, unknown>>).filter(([, value]) => value !== null);
  const wrong = entries.find(([, value]) => !["string", "number", "boolean"].includes(typeof value));
  if (wrong !== undefined) {
    throw new GatewayRefusal(2003, 400, `metadata value of "${wrong[0]}" must be a string, number or boolean`);
  }
  return Object.fromEntries(entries.slice(0, gatewayLimits.maxMetadataEntries)) as GatewayMetadata;
}

/** The shape that the runtime's `Ai` class turns into `AiGatewayError: <code>: <message>`. */
export function gatewayErrorResponse({ internalCode, status, message }: GatewayRefusal): Response {
  const body = {
    internalCode,
    name: "AiGatewayError",
    description: message,
    errors: [{ code: internalCode, message }],
    success: false,
  };
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}
