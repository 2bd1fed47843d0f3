/** Characters that are said in a second, at an ordinary pace. */
const charactersPerSecond = 15;

/** Longest audio that is made, seconds. */
const maxSeconds = 60;

const wavSampleRate = 8_000;
const toneHertz = 330;

/** How long a text takes to say, seconds. */
export function speechSeconds(text: string): number {
  return Math.min(maxSeconds, Math.max(0.2, text.length / charactersPerSecond));
}

/** A soft tone as WAV: 16 bit PCM, mono, 8 kHz. */
export function wavTone(seconds: number): Uint8Array {
  const samples = Math.round(seconds * wavSampleRate);
  const bytes = new Uint8Array(44 + samples * 2);
  const view = new DataView(bytes.buffer);
  const tag = (offset: number, text: string): void => void new TextEncoder().encodeInto(text, bytes.subarray(offset));
  tag(0, "RIFF");
  view.setUint32(4, 36 + samples * 2, true);
  tag(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, wavSampleRate, true);
  view.setUint32(28, wavSampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, "data");
  view.setUint32(40, samples * 2, true);
  for (let i = 0; i < samples; i += 1) {
    view.setInt16(44 + i * 2, Math.round(Math.sin((2 * Math.PI * toneHertz * i) / wavSampleRate) * 6_000), true);
  }
  return bytes;
}

/** MPEG-2 layer III, 32 kbit/s, 24 kHz, mono: the header of each frame (ISO/IEC 13818-3, 2.4.1.3). */
const frameHeader = [0xff, 0xf3, 0x44, 0xc0];
const frameBytes = 96;
const frameSeconds = 576 / 24_000;
const framesPerChunk = 40;

/** Silence as MP3, in chunks of about a second. A frame whose side information is zero is silent. */
export function* mp3Frames(seconds: number): Generator<Uint8Array> {
  for (let left = Math.ceil(seconds / frameSeconds); left > 0; left -= framesPerChunk) {
    const chunk = new Uint8Array(Math.min(left, framesPerChunk) * frameBytes);
    for (let start = 0; start < chunk.length; start += frameBytes) chunk.set(frameHeader, start);
    yield chunk;
  }
}
