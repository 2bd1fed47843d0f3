import { Buffer } from "node:buffer";

/** Kinds of WebSocket frames (RFC 6455, section 5.2). */
export const OPCODES = { text: 1, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

const FINAL = 0x80;
const MASKED = 0x80;
const LENGTH_16_BITS = 126;
const LENGTH_64_BITS = 127;

/** A frame of a server: whole and unmasked. */
export function encodeFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < LENGTH_16_BITS ? 2 : length < 0x1_0000 ? 4 : 10);
  head[0] = FINAL | opcode;
  if (length < LENGTH_16_BITS) head[1] = length;
  else if (length < 0x1_0000) {
    head[1] = LENGTH_16_BITS;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = LENGTH_64_BITS;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

/**
 * The whole frames at the start of what has arrived. Takes unmasked frames too: `wrangler tail` sends its filter in one,
 * which a strict server would refuse.
 */
export function decodeFrames(data: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let rest = data;
  for (;;) {
    const frame = decodeFrame(rest);
    if (frame === undefined) return { frames, rest };
    frames.push(frame);
    rest = rest.subarray(frame.bytes);
  }
}

function decodeFrame(data: Buffer): (Frame & { readonly bytes: number }) | undefined {
  if (data.length < 2) return undefined;
  const isMasked = ((data[1] ?? 0) & MASKED) !== 0;
  const short = (data[1] ?? 0) & 0x7f;
  const lengthBytes = short === LENGTH_16_BITS ? 2 : short === LENGTH_64_BITS ? 8 : 0;
  const start = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (data.length < start) return undefined;
  const length = lengthBytes === 0 ? short : lengthBytes === 2 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  if (data.length < start + length) return undefined;
  const payload = Buffer.from(data.subarray(start, start + length));
  if (isMasked) {
    for (let index = 0; index < length; index += 1)
      payload[index] = (payload[index] ?? 0) ^ (data[start - 4 + (index % 4)] ?? 0);
  }
  return { opcode: (data[0] ?? 0) & 0x0f, payload, bytes: start + length };
}
