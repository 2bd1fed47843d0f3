/** Crockford's base 32, as ULIDs use it (github.com/ulid/spec). */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A log id in the form of the live service's: a ULID, so it sorts by time and no two are the same. */
export function newLogId(nowMs: number, random: (bytes: Uint8Array) => void): string {
  let time = "";
  for (let left = nowMs, place = 0; place < 10; place += 1, left = Math.floor(left / 32))
    time = (alphabet[left % 32] ?? "0") + time;
  const bytes = new Uint8Array(16);
  random(bytes);
  return time + Array.from(bytes, (byte) => alphabet[byte % 32]).join("");
}
