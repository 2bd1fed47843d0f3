/** Characters that are said in a second, at an ordinary pace. */
const charactersPerSecond = 15;

/** Longest audio that is made, seconds. */
const maxSeconds = 60;

const toneHertz = 330;

/** How long a text takes to say, seconds. */
export function speechSeconds(text: string): number {
  return Math.min(maxSeconds, Math.max(0.2, text.length / charactersPerSecond));
}

/** A soft tone as WAV: 16 bit PCM, mono. */
export function wavTone(seconds: number, sampleRate: number): Uint8Array {
  const pcm = pcmTone(seconds, sampleRate);
  const bytes = new Uint8Array(44 + pcm.length);
  const view = new DataView(bytes.buffer);
  const tag = (offset: number, text: string): void => void new TextEncoder().encodeInto(text, bytes.subarray(offset));
  tag(0, "RIFF");
  view.setUint32(4, 36 + pcm.length, true);
  tag(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, "data");
  view.setUint32(40, pcm.length, true);
  bytes.set(pcm, 44);
  return bytes;
}

/** The same tone without a header: 16 bit, little-endian, mono. */
export function pcmTone(seconds: number, sampleRate: number): Uint8Array {
  const samples = Math.round(seconds * sampleRate);
  const view = new DataView(new ArrayBuffer(samples * 2));
  for (let i = 0; i < samples; i += 1) {
    view.setInt16(i * 2, Math.round(Math.sin((2 * Math.PI * toneHertz * i) / sampleRate) * 6_000), true);
  }
  return new Uint8Array(view.buffer);
}

/** MPEG-2 layer III, 32 kbit/s, 24 kHz, mono: the header of each frame (ISO/IEC 13818-3, 2.4.1.3). */
const frameHeader = [0xff, 0xf3, 0x44, 0xc0];
const frameBytes = 96;
const frameSeconds = 576 / 24_000;
const framesPerChunk = 40;
/** An ID3v2.4 tag of two bytes of padding, as encoders put one in front (id3.org/id3v2.4.0-structure, section 3.1). */
const emptyTag = [0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 2, 0, 0];

/** Side information of a mono frame of MPEG-2, bytes: behind it stands the mark of an Info frame. */
const sideBytes = 9;

/**
 * Silence as MP3, in chunks of about a second, behind what encoders put in front of a file: an ID3v2 tag, and an Info frame
 * with the number of frames. A frame whose side information is zero is silent.
 */
export function* mp3Frames(seconds: number): Generator<Uint8Array> {
  const frames = Math.ceil(seconds / frameSeconds);
  yield new Uint8Array([...emptyTag, ...infoFrame(frames)]);
  for (let left = frames; left > 0; left -= framesPerChunk) {
    const chunk = new Uint8Array(Math.min(left, framesPerChunk) * frameBytes);
    for (let start = 0; start < chunk.length; start += frameBytes) chunk.set(frameHeader, start);
    yield chunk;
  }
}

function infoFrame(frames: number): Uint8Array {
  const bytes = new Uint8Array(frameBytes);
  bytes.set(frameHeader);
  const mark = frameHeader.length + sideBytes;
  new TextEncoder().encodeInto("Info", bytes.subarray(mark));
  const view = new DataView(bytes.buffer);
  view.setUint32(mark + 4, 1);
  view.setUint32(mark + 8, frames);
  return bytes;
}
