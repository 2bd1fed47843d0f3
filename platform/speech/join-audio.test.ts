import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { joinAudio, setWavLength } from "#speech/join-audio";
import type { AudioFormat } from "#speech/speech-provider";

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));
const bytesOf = (...parts: (readonly number[])[]): Uint8Array => Uint8Array.from(parts.flat());
const little = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, index) => (value >>> (8 * index)) & 255);

/** Joins segments that arrive in chunks of so many bytes. */
async function join(format: AudioFormat, segments: readonly Uint8Array[], chunkBytes = 7): Promise<number[]> {
  async function* chunks(segment: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < segment.length; at += chunkBytes)
      yield await Promise.resolve(segment.slice(at, at + chunkBytes));
  }
  async function* each(): AsyncGenerator<AsyncIterable<Uint8Array>> {
    for (const segment of segments) yield await Promise.resolve(chunks(segment));
  }
  const joined: number[] = [];
  for await (const chunk of joinAudio(format, each())) joined.push(...chunk);
  return joined;
}

/** A WAV whose format stands behind a chunk that nobody needs, and its samples before one. */
function wav(samples: readonly number[], dataBytes = samples.length): Uint8Array {
  const format = [...little(1, 2), ...little(1, 2), ...little(44_100, 4), ...little(88_200, 4), 2, 0, 16, 0];
  const head = [...ascii("RIFF"), 0, 0, 0, 0, ...ascii("WAVE"), ...ascii("LIST"), 4, 0, 0, 0, 9, 9, 9, 9];
  const chunks = [...ascii("fmt "), 16, 0, 0, 0, ...format, ...ascii("data"), ...little(dataBytes, 4), ...samples];
  const tail = dataBytes === samples.length ? [...ascii("LIST"), 2, 0, 0, 0, 7, 7] : [];
  return bytesOf(head, chunks, tail);
}

const FRAME = [0xff, 0xf3, 0x44, 0xc0, ...Array.from({ length: 92 }, () => 0x11)];
/** The same frame at another bit rate. */
const LOUD_FRAME = [0xff, 0xf3, 0x84, 0xc0, ...Array.from({ length: 188 }, () => 0x22)];
const INFO_FRAME = [0xff, 0xf3, 0x44, 0xc0, ...Array.from({ length: 9 }, () => 0), ...ascii("Info"), 0, 0, 0, 3];
const INFO = [...INFO_FRAME, ...Array.from({ length: 96 - INFO_FRAME.length }, (_, index) => index)];
const tag = (size: number): number[] => [
  ...ascii("ID3"),
  ...[4, 0, 0, 0, 0, size >> 7, size & 127],
  ...Array.from({ length: size }, () => 0xff),
];

describe("joinAudio", () => {
  for (const chunkBytes of [1, 7, 100_000]) {
    it(`makes one WAV of many, whatever else is in them (chunks of ${chunkBytes})`, async () => {
      const joined = await join("wav", [wav([1, 2, 3, 4]), wav([5, 6]), wav([7, 8], 0xffffffff)], chunkBytes);
      assert.equal(String.fromCharCode(...joined.slice(0, 4), ...joined.slice(36, 40)), "RIFFdata");
      assert.deepEqual(joined.slice(24, 28), little(44_100, 4));
      assert.deepEqual(joined.slice(40), [255, 255, 255, 255, 1, 2, 3, 4, 5, 6, 7, 8]);
      const whole = Uint8Array.from(joined);
      setWavLength(whole, whole.length);
      assert.deepEqual([...whole.slice(4, 8), ...whole.slice(40, 44)], [...little(44, 4), ...little(8, 4)]);
    });

    it(`puts a header before samples that have none (chunks of ${chunkBytes})`, async () => {
      const joined = await join("wav", [bytesOf([1, 2]), bytesOf([3, 4])], chunkBytes);
      assert.deepEqual([joined.slice(24, 28), joined.slice(44)], [little(24_000, 4), [1, 2, 3, 4]]);
    });

    it(`leaves out tags and Info frames of MP3, and no frame of audio (chunks of ${chunkBytes})`, async () => {
      const segments = [
        bytesOf(tag(300), INFO, LOUD_FRAME, FRAME),
        bytesOf(FRAME),
        bytesOf(INFO, FRAME, FRAME),
        bytesOf(tag(2), LOUD_FRAME),
      ];
      const joined = await join("mp3", segments, chunkBytes);
      assert.deepEqual(joined, [...LOUD_FRAME, ...FRAME, ...FRAME, ...FRAME, ...FRAME, ...LOUD_FRAME]);
    });
  }

  it("leaves out a tag that is longer than what is looked at", async () => {
    assert.deepEqual(await join("mp3", [bytesOf(tag(5_000), FRAME)], 333), FRAME);
  });

  it("takes what is no file for what it is: it neither fails nor adds anything", async () => {
    for (const junk of [[], [0], ascii("ID3"), ascii("RIFF"), ascii("RIFF0000WAVEfmt ")]) {
      for (const format of ["mp3", "pcm", "opus"] as const) assert.deepEqual(await join(format, [bytesOf(junk)]), junk);
      assert.deepEqual((await join("wav", [bytesOf(junk)])).slice(44), junk);
    }
  });
});
