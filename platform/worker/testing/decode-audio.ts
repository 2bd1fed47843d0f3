import assert from "node:assert/strict";

/** What a player makes of some audio. */
export interface DecodedAudio {
  readonly seconds: number;
  readonly sampleRate: number;
  /** Lengths that the header tells; `undefined` when it says that the length is not known. */
  readonly toldSeconds?: number | undefined;
}

/** Reads audio to its end, as strictly as its standard is: whatever does not belong there fails the test. */
export function decodeAudio(type: string, bytes: Uint8Array): DecodedAudio {
  switch (type) {
    case "audio/wav":
      return decodeWav(bytes);
    case "audio/mpeg":
      return decodeMp3(bytes);
    case "audio/ogg; codecs=opus":
      return decodeOggOpus(bytes);
    case "audio/pcm":
      return { seconds: bytes.length / 2 / 24_000, sampleRate: 24_000 };
    default:
      throw new Error(`${type} is not read here`);
  }
}

function decodeWav(bytes: Uint8Array): DecodedAudio {
  const view = viewOf(bytes);
  assert.equal(textAt(bytes, 0, 4) + textAt(bytes, 8, 8), "RIFFWAVEfmt ");
  const [format, channels, bits] = [20, 22, 34].map((at) => view.getUint16(at, true));
  assert.deepEqual([view.getUint32(16, true), format, channels, bits], [16, 1, 1, 16]);
  const sampleRate = view.getUint32(24, true);
  assert.deepEqual([view.getUint32(28, true), view.getUint16(32, true)], [sampleRate * 2, 2]);
  assert.equal(textAt(bytes, 36, 4), "data");
  const told = view.getUint32(40, true);
  const isKnown = told !== 0xffffffff;
  if (isKnown) assert.deepEqual([told, view.getUint32(4, true)], [bytes.length - 44, bytes.length - 8]);
  return {
    seconds: (bytes.length - 44) / 2 / sampleRate,
    sampleRate,
    toldSeconds: isKnown ? told / 2 / sampleRate : undefined,
  };
}

const MPEG2_KBITS = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const MPEG2_RATES = [22_050, 24_000, 16_000];

/** Frames of MPEG-2 layer III from the first byte to the last, none of which tells the length of a part (ISO/IEC 13818-3). */
function decodeMp3(bytes: Uint8Array): DecodedAudio {
  let frames = 0;
  let sampleRate = 0;
  for (let at = 0; at < bytes.length; frames += 1) {
    const [sync = 0, version = 0, rates = 0] = bytes.subarray(at, at + 3);
    assert.deepEqual([sync, version], [0xff, 0xf3], `no frame at byte ${at}`);
    assert.ok(!/Info|Xing|ID3|LAME/.test(textAt(bytes, at, 60)), `a frame that is no audio, at byte ${at}`);
    const rate = MPEG2_RATES[(rates >> 2) & 3] ?? 0;
    if (frames > 0) assert.equal(rate, sampleRate);
    sampleRate = rate;
    at += Math.floor((72 * (MPEG2_KBITS[rates >> 4] ?? 0) * 1_000) / rate) + ((rates >> 1) & 1);
    assert.ok(at <= bytes.length, "the last frame is cut");
  }
  return { seconds: (frames * 576) / sampleRate, sampleRate };
}

/** Streams of Ogg Opus, one behind the other, every page with its checksum (RFC 3533, RFC 7845). */
function decodeOggOpus(bytes: Uint8Array): DecodedAudio {
  const view = viewOf(bytes);
  let samples = 0;
  let [preSkip, granule, sequence, isOpen] = [0, 0, 0, false];
  for (let at = 0; at < bytes.length; sequence += 1) {
    assert.equal(textAt(bytes, at, 4), "OggS", `no page at byte ${at}`);
    const [flags, count] = [view.getUint8(at + 5), view.getUint8(at + 26)];
    const size = bytes.subarray(at + 27, at + 27 + count).reduce((sum, length) => sum + length, 27 + count);
    const page = bytes.slice(at, at + size);
    viewOf(page).setUint32(22, 0, true);
    assert.equal(oggChecksum(page), view.getUint32(at + 22, true), `checksum of the page at byte ${at}`);
    if ((flags & 2) !== 0) {
      assert.ok(!isOpen, "a stream begins in the middle of another");
      assert.equal(textAt(bytes, at + 28, 8), "OpusHead");
      [preSkip, sequence, isOpen] = [view.getUint16(at + 38, true), 0, true];
    }
    assert.equal(view.getUint32(at + 18, true), sequence);
    granule = Number(view.getBigUint64(at + 6, true));
    if ((flags & 4) !== 0) {
      samples += granule - preSkip;
      isOpen = false;
    }
    at += size;
  }
  assert.ok(!isOpen, "the last stream has no end");
  return { seconds: samples / 48_000, sampleRate: 48_000 };
}

/** CRC-32 of RFC 3533, section 6, by its definition: the remainder of a division, bit by bit. */
function oggChecksum(bytes: Uint8Array): number {
  let remainder = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const top = (remainder >>> 31) ^ ((byte >> bit) & 1);
      remainder = ((remainder << 1) ^ (top === 1 ? 0x04c11db7 : 0)) >>> 0;
    }
  }
  return remainder;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}
