/**
 * A ZIP behind the FlatBuffer, as TensorFlow Lite's associated files: tagship.json, then labels.txt.
 *
 * Format: APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16; entries are stored, dated 1980-01-01.
 */

import type { Format } from "./base.js";
import { bytesOf, joined, latin } from "./bytes.js";

const NAMES = ["tagship.json", "labels.txt"];
const [LOCAL_SIZE, CENTRAL_SIZE, END_SIZE] = [30, 46, 22];
const [VERSION, UTF8, DATE] = [20, 0x800, 0x21];

export const tfliteFormat: Format = {
  suffix: "tflite",
  traces: ["tagship.json"],

  /** A FlatBuffer names its schema at byte 4. */
  recognise: (data) => latin(data.subarray(4, 8)) === "TFL3",

  findTail(data) {
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const end = data.length - END_SIZE;
    if (end < CENTRAL_SIZE || view.getUint32(end) !== 0x504b0506) return null;
    const central = view.getUint32(end + 16, true);
    if (central + CENTRAL_SIZE > data.length) return null;
    const offset = view.getUint32(central + CENTRAL_SIZE - 4, true);
    if (offset + LOCAL_SIZE > central) return null;
    const nameAt = offset + LOCAL_SIZE;
    const start = nameAt + view.getUint16(offset + 26, true);
    const stop = start + view.getUint32(offset + 18, true);
    if (latin(data.subarray(nameAt, start)) !== NAMES[0] || stop > central) return null;
    return { offset, stored: data.subarray(start, stop) };
  },

  /** The root table lies within, and what follows is not the beginning of our ZIP. */
  isWhole(data) {
    const root = new DataView(data.buffer, data.byteOffset, data.length).getUint32(0, true);
    return root < data.length && !latin(data.subarray(-(LOCAL_SIZE + NAMES[0]!.length))).includes("PK\x03\x04");
  },

  /** The ZIP, its offsets counted from the start of the whole file. */
  makeTail(offset, { labels }, stored) {
    const contents = [stored, bytesOf(labels.map((label) => `${label}\n`).join(""))];
    const local: Uint8Array[] = [];
    const central: Uint8Array[] = [];
    let at = offset;
    contents.forEach((content, place) => {
      const name = bytesOf(NAMES[place]!);
      const entry = [
        ...words(VERSION!, UTF8!, 0, 0, DATE!),
        ...longs(crc32(content), content.length, content.length),
        ...words(name.length, 0),
      ];
      const parts = [Uint8Array.of(0x50, 0x4b, 3, 4, ...entry), name, content];
      local.push(...parts);
      central.push(
        Uint8Array.of(0x50, 0x4b, 1, 2, ...words(VERSION!), ...entry, ...words(0, 0, 0), ...longs(0, at)),
        name,
      );
      at += joined(parts).length;
    });
    const directory = joined(central);
    const counts = words(0, 0, NAMES.length, NAMES.length);
    const end = Uint8Array.of(0x50, 0x4b, 5, 6, ...counts, ...longs(directory.length, at), 0, 0);
    return joined([...local, directory, end]);
  },
};

function words(...values: number[]): number[] {
  return values.flatMap((value) => [value & 0xff, value >>> 8]);
}

function longs(...values: number[]): number[] {
  return values.flatMap((value) => words(value & 0xffff, value >>> 16));
}

/** ISO 3309, reflected, as ZIP has it. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
