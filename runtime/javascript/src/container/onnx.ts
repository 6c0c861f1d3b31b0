/**
 * Three `metadata_props` as the last fields of the ModelProto: thresholds, labels, tagship.
 *
 * Field numbers: onnx.proto, messages ModelProto and StringStringEntryProto.
 */

import { spelled } from "../features/cells.js";
import type { Format } from "./base.js";
import { bytesOf, joined, latin } from "./bytes.js";
import { fields, type Field } from "./protobuf.js";

const KEYS = ["thresholds", "labels", "tagship"];
const [IR_VERSION, GRAPH, OPSETS, METADATA] = [1, 7, 8, 14];

export const onnxFormat: Format = {
  suffix: "onnx",
  traces: ["\n\x07tagship\x12", "\n\x0athresholds\x12"],

  /** ONNX has no magic number; its writers put the IR version, a small number, first. */
  recognise: (data) => data.length > 2 && data[0] === IR_VERSION! << 3 && data[1]! > 0 && data[1]! < 0x40,

  findTail(data) {
    const last = readFields(data)?.slice(-KEYS.length) ?? [];
    if (last.length < KEYS.length || last.some(({ number }) => number !== METADATA)) return null;
    const entries = last.map(({ value }) => new Map(readFields(value)?.map((field) => [field.number, field.value])));
    if (entries.some((entry, place) => latin(entry.get(1) ?? new Uint8Array()) !== KEYS[place])) return null;
    return { offset: last[0]!.start, stored: entries[2]!.get(2) ?? new Uint8Array() };
  },

  /** Every field is as long as it says, and there are a graph and the operator sets that writers put last. */
  isWhole(data) {
    const numbers = new Set(readFields(data)?.map(({ number }) => number));
    return numbers.has(GRAPH!) && numbers.has(OPSETS!);
  },

  /** The three entries; they do not depend on where they stand. */
  makeTail(_, { labels, thresholds }, stored) {
    const lists = [thresholds.map(spelled), labels.map((label) => JSON.stringify(label))];
    const values = [...lists.map((items) => bytesOf(`[${items.join(", ")}]`)), stored];
    return joined(KEYS.map((key, at) => delimited(METADATA!, delimited(1, bytesOf(key)), delimited(2, values[at]!))));
  },
};

function readFields(data: Uint8Array): Field[] | null {
  try {
    return [...fields(data)];
  } catch {
    return null;
  }
}

function delimited(number: number, ...values: Uint8Array[]): Uint8Array {
  const value = joined(values);
  const head: number[] = [];
  for (let rest of [(number << 3) | 2, value.length]) {
    for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
    head.push(rest);
  }
  return joined([Uint8Array.from(head), value]);
}
