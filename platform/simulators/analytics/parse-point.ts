import type { AnalyticsPoint } from "#simulators/contract/control-messages";

/** "Limits" page of the Workers Analytics Engine docs. Sizes are in bytes of UTF-8. */
export const analyticsLimits = {
  maxBlobs: 20,
  maxDoubles: 20,
  maxIndexes: 1,
  maxIndexBytes: 96,
  /** Of all blobs of a point together. */
  maxBlobBytes: 16 * 1024,
} as const;

type PointFields = Pick<AnalyticsPoint, "indexes" | "blobs" | "doubles">;

/** A data point within the documented limits, or why it is none. The real service drops such points silently. */
export function parsePoint(body: unknown): { ok: true; point: PointFields } | { ok: false; error: string } {
  const { indexes, blobs, doubles } = (body ?? {}) as Partial<PointFields>;
  const point = { indexes: indexes ?? [], blobs: blobs ?? [], doubles: doubles ?? [] };
  const error = refuse(point);
  return error === undefined ? { ok: true, point } : { ok: false, error };
}

function refuse({ indexes, blobs, doubles }: PointFields): string | undefined {
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  if (indexes.length > analyticsLimits.maxIndexes) return "too many indexes";
  if (indexes.some((index) => bytes(index) > analyticsLimits.maxIndexBytes)) return "index too long";
  if (blobs.length > analyticsLimits.maxBlobs) return "too many blobs";
  if (blobs.reduce((sum, blob) => sum + bytes(blob), 0) > analyticsLimits.maxBlobBytes) return "blobs too large";
  if (doubles.length > analyticsLimits.maxDoubles) return "too many doubles";
  return undefined;
}
