/** Samples per second of Opus' clock, whatever was recorded (RFC 7845, section 4). */
const clockHertz = 48_000;
/** 20 ms of mono silence: one packet without data (RFC 6716, section 3.1: configuration 31, code 0). */
const silentPacket = [0xf8, 0xff, 0xfe];
const packetSamples = 960;
const packetsPerPage = 50;
/** What a decoder drops at the start (RFC 7845, section 4.2). */
const preSkipSamples = 312;

const beginsStream = 2;
const endsStream = 4;

/** Silence as Ogg Opus (RFC 3533, RFC 7845), one page at a time: the headers, then a page for each second. */
export function* oggOpusPages(seconds: number): Generator<Uint8Array> {
  const packets = Math.ceil((seconds * clockHertz + preSkipSamples) / packetSamples);
  yield page(0, beginsStream, 0, [opusHead()]);
  yield page(1, 0, 0, [opusTags()]);
  for (let done = 0, sequence = 2; done < packets; sequence += 1) {
    const count = Math.min(packetsPerPage, packets - done);
    done += count;
    const flags = done === packets ? endsStream : 0;
    const silence = Array.from({ length: count }, () => new Uint8Array(silentPacket));
    yield page(sequence, flags, done * packetSamples, silence);
  }
}

function opusHead(): Uint8Array {
  const bytes = new Uint8Array(19);
  const view = new DataView(bytes.buffer);
  new TextEncoder().encodeInto("OpusHead", bytes);
  view.setUint8(8, 1);
  view.setUint8(9, 1);
  view.setUint16(10, preSkipSamples, true);
  view.setUint32(12, clockHertz, true);
  return bytes;
}

function opusTags(): Uint8Array {
  const vendor = new TextEncoder().encode("simulator");
  const bytes = new Uint8Array(16 + vendor.length);
  new TextEncoder().encodeInto("OpusTags", bytes);
  new DataView(bytes.buffer).setUint32(8, vendor.length, true);
  bytes.set(vendor, 12);
  return bytes;
}

/** One page. Each packet is shorter than 255 bytes, so that each has one place in the table of segments. */
function page(sequence: number, flags: number, granule: number, packets: readonly Uint8Array[]): Uint8Array {
  const size = packets.reduce((sum, packet) => sum + packet.length, 0);
  const bytes = new Uint8Array(27 + packets.length + size);
  const view = new DataView(bytes.buffer);
  new TextEncoder().encodeInto("OggS", bytes);
  view.setUint8(5, flags);
  view.setBigUint64(6, BigInt(granule), true);
  view.setUint32(14, 1, true);
  view.setUint32(18, sequence, true);
  view.setUint8(26, packets.length);
  let offset = 27 + packets.length;
  for (const [index, packet] of packets.entries()) {
    view.setUint8(27 + index, packet.length);
    bytes.set(packet, offset);
    offset += packet.length;
  }
  view.setUint32(22, oggChecksum(bytes), true);
  return bytes;
}

/** CRC-32 of a page whose checksum is zero: polynomial 0x04c11db7, neither reflected nor inverted (RFC 3533, section 6). */
export function oggChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}
