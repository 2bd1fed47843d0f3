import type { AudioFormat } from "#speech/speech-provider";

/** What of a segment belongs into the whole: everything from `skip` on, at most `take` bytes, behind `before`. */
interface Cut {
  readonly before?: Uint8Array;
  readonly skip: number;
  readonly take?: number;
}

/** Bytes of a segment that are looked at for headers. */
const HEAD_BYTES = 1_024;

/**
 * How a segment's headers are cut. Frames of MP3 and samples stand alone; streams of Ogg may follow one another in a file (RFC
 * 3533, section 4), which is what a segment of Opus is.
 */
const CUTS = new Map<AudioFormat, (head: Uint8Array, isFirst: boolean) => Cut>([
  ["mp3", cutMp3],
  ["wav", cutWav],
]);

/** Joins the audio of segments into one file of the format, as it comes; or into what continues such a file. */
export async function* joinAudio(
  format: AudioFormat,
  segments: AsyncIterable<AsyncIterable<Uint8Array>>,
  isContinued = false,
): AsyncGenerator<Uint8Array, void, undefined> {
  const cut = CUTS.get(format);
  let isFirst = !isContinued;
  for await (const segment of segments) {
    if (cut === undefined) yield* segment;
    else {
      const decide = (head: Uint8Array): Cut => cut(head, isFirst);
      yield* cutSegment(segment, decide);
    }
    isFirst = false;
  }
}

async function* cutSegment(
  segment: AsyncIterable<Uint8Array>,
  decide: (head: Uint8Array) => Cut,
): AsyncGenerator<Uint8Array, void, undefined> {
  let [skip, left] = [0, Infinity];
  const cut = function* (chunk: Uint8Array): Generator<Uint8Array> {
    const audio = chunk.subarray(skip).subarray(0, left);
    skip = Math.max(0, skip - chunk.length);
    left -= audio.length;
    if (audio.length > 0) yield audio;
  };
  const begin = function* (head: Uint8Array): Generator<Uint8Array> {
    const decided = decide(head);
    if (decided.before !== undefined) yield decided.before;
    ({ skip, take: left = Infinity } = decided);
    yield* cut(head);
  };
  // Until it is long enough to be decided on.
  let head: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of segment) {
    if (head === undefined) yield* cut(chunk);
    else if (head.length + chunk.length < HEAD_BYTES) head = concat(head, chunk);
    else {
      yield* begin(concat(head, chunk));
      head = undefined;
    }
  }
  if (head !== undefined) yield* begin(head);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** Leaves out an ID3v2 tag, and the Info frame that tells how long the segment is: it would be wrong of the whole. */
function cutMp3(head: Uint8Array): Cut {
  const view = viewOf(head);
  let skip = 0;
  // Four digits of 7 bits (id3.org/id3v2.4.0-structure, section 3.1).
  if (head.length > 10 && textAt(head, 0, 3) === "ID3")
    skip = 10 + [6, 7, 8, 9].reduce((size, at) => size * 128 + view.getUint8(at), 0);
  if (!/Info|Xing/.test(textAt(head, skip, 40))) return { skip };
  // The next frame has the same version, layer and sample rate; its bit rate may be another.
  for (let at = skip + 24; at + 4 <= head.length; at += 1) {
    if (((view.getUint32(at) ^ view.getUint32(skip)) & 0xffff0cc0) === 0) return { skip: at };
  }
  return { skip };
}

const WAV_HEADER_BYTES = 44;
/** Of a stream, whose length is not known when it begins. */
const UNKNOWN_BYTES = 0xffffffff;

/** Leaves out the headers of a WAV. The first segment gets a new one, for a file whose length is not known yet. */
function cutWav(head: Uint8Array, isFirst: boolean): Cut {
  const view = viewOf(head);
  let sampleRate = 24_000;
  let channels = 1;
  let [skip, take] = [0, Infinity];
  if (textAt(head, 0, 4) === "RIFF") {
    for (let at = 12; at + 8 <= head.length && skip === 0; at += 8 + view.getUint32(at + 4, true)) {
      const chunk = textAt(head, at, 4);
      if (chunk === "fmt ") [channels, sampleRate] = [view.getUint16(at + 10, true), view.getUint32(at + 12, true)];
      if (chunk === "data") [skip, take] = [at + 8, view.getUint32(at + 4, true)];
    }
    if (take === 0 || take === UNKNOWN_BYTES) take = Infinity;
  }
  return { skip, take, ...(isFirst ? { before: wavHeader(sampleRate, channels) } : {}) };
}

/** The header of 16 bit PCM of unknown length. */
function wavHeader(sampleRate: number, channels: number): Uint8Array {
  const header = new Uint8Array(WAV_HEADER_BYTES);
  const view = viewOf(header);
  new TextEncoder().encodeInto("RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0", header);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  new TextEncoder().encodeInto("data", header.subarray(36));
  view.setUint32(4, UNKNOWN_BYTES, true);
  view.setUint32(40, UNKNOWN_BYTES, true);
  return header;
}

/** Writes into the head of a WAV that `joinAudio` has made how many bytes it has, header included. */
export function setWavLength(head: Uint8Array, fileBytes: number): void {
  const dataBytes = fileBytes - WAV_HEADER_BYTES;
  const view = viewOf(head);
  view.setUint32(4, fileBytes - 8, true);
  view.setUint32(40, dataBytes, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textAt(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}
