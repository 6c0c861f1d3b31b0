// The contract of a tagship artifact in plain JavaScript: browsers, Node, Deno; no engine, no package.
import { encodeDate, seconds } from "./times.mjs";
import { countsOf } from "./words.mjs";

const BLANK = new Set(["", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]);
const ENDS = /^([^\S\ufeff]|\x85)+|([^\S\ufeff]|\x85)+$/g; // white space, as the exporter sees it
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/; // Number would take 0x1f as well
const WORDS = new Map([["true", 1], ["false", 0], ["wahr", 1], ["falsch", 0], ["vrai", 1], ["faux", 0]]);
const text = new TextDecoder("utf-8", { fatal: true });

/** The model's bytes and the contract's JSON in a file (Uint8Array); throws if a byte of either has changed. */
export async function readArtifact(bytes) {
  const tflite = text.decode(bytes.subarray(4, 8)) === "TFL3";
  const [model, stored] = tflite ? splitZip(bytes) : splitOnnx(bytes);
  const contract = JSON.parse(text.decode(stored));
  if (contract.tagship !== 1) throw new Error(`the contract's format is ${contract.tagship}, this program reads 1`);
  // The digest covers the model and the JSON without its first key: {"digest":"<64 hex digits>", is 77 bytes.
  const covered = new Uint8Array(model.length + 1 + stored.length - 77);
  covered.set(model);
  covered.set([0x7b], model.length);
  covered.set(stored.subarray(77), model.length + 1);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", covered));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== contract.digest) throw new Error("the file is not as it was exported");
  return { model, contract };
}

/** A .tflite ends with a ZIP whose first entry, stored, is tagship.json. */
function splitZip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw new Error("no contract behind the model");
  const central = view.getUint32(end + 16, true);
  const offset = view.getUint32(central + 42, true);
  const size = view.getUint32(central + 24, true);
  const start = offset + 30 + view.getUint16(offset + 26, true);
  return [bytes.subarray(0, offset), bytes.subarray(start, start + size)];
}

/** An .onnx ends with three metadata_props (field 14 of the message): thresholds, labels, tagship. */
function splitOnnx(bytes) {
  const last = [...fields(bytes)].slice(-3);
  const entries = last.map(({ value }) => [...fields(value)].map((field) => field.value));
  const keys = entries.map(([key]) => key && text.decode(key)).join();
  if (last.some(({ number }) => number !== 14) || keys !== "thresholds,labels,tagship") {
    throw new Error("no contract at the model's end");
  }
  return [bytes.subarray(0, last[0].start), entries[2][1]];
}

/** The fields of a Protocol Buffers message that is made of varints and length-delimited values. */
function* fields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error("the file is cut short");
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const start = at;
    const tag = varint();
    const number = Math.floor(tag / 8);
    const size = { 0: () => varint() && 0, 1: () => 8, 2: varint, 5: () => 4 }[tag % 8]?.();
    if (size === undefined || at + size > bytes.length) throw new Error("the file is cut short");
    yield { number, start, value: bytes.subarray(at, at + size) };
    at += size;
  }
}

/** The model's input for one row (values in feature order, null for a missing one), as Float32Array. */
export function encode(contract, row) {
  if (contract.features === null) return Float32Array.from(row.flat(Infinity)); // an image, a signal: as it is
  if (row.length !== contract.features.length) {
    throw new Error(`${row.length} values for ${contract.features.length} features`);
  }
  const numbers = contract.features.flatMap((feature, place) => {
    const value = row[place];
    if (typeof value === "object" && value !== null) throw new Error(`${feature.name} is ${JSON.stringify(value)}`);
    if (feature.kind === "text") return countsOf(feature, value);
    if (feature.kind === "category") {
      const word = spelled(value);
      return feature.values.map((known) => Number(known === word));
    }
    if (feature.kind === "date") return encodeDate(feature, value);
    const timed = feature.kind === "duration";
    if (!timed && feature.kind !== "numeric" && feature.kind !== "offset") throw new Error(`${feature.name} is of kind ${feature.kind}`);
    const span = timed && typeof value === "string" ? seconds(feature, value) : undefined;
    const given = span ?? (typeof value === "string" ? parsed(value, feature) : value === null ? NaN : Number(value));
    if (given === undefined) throw new Error(`${feature.name} is ${JSON.stringify(value)}, which is not a number`);
    const missing = Number.isNaN(given);
    if (missing && feature.fill === null) throw new Error(`${feature.name} is missing, and has no fill`);
    const apart = feature.kind !== "offset" || missing || Math.abs(given) <= Number.MAX_SAFE_INTEGER;
    if (!apart) throw new Error(`${feature.name} is ${value}, where float64 does not tell integers apart`);
    return [(missing ? feature.fill : given) - (feature.offset ?? 0), ...(feature.indicator ? [Number(missing)] : [])];
  });
  const encoded = Float32Array.from(numbers);
  if (!encoded.every(Number.isFinite)) throw new Error(`not finite in float32: ${JSON.stringify(row)}`);
  return encoded;
}

/** A text as a number: NaN where it stands for a missing one, undefined where it is none. */
function parsed(value, { missing }) {
  const trimmed = value.replace(ENDS, "");
  const plain = trimmed.toLowerCase();
  if (missing?.includes(trimmed) || BLANK.has(trimmed) || /^[+-]?nan$/.test(plain)) return NaN;
  if (/^[+-]?inf(inity)?$/.test(plain)) return Infinity; // refused with all that is not finite
  return DECIMAL.test(plain) ? Number(plain) : WORDS.get(plain);
}

/** A category's word: whole numbers without a fraction, others as short as they can be, missing as empty. */
function spelled(value) {
  if (value === null || Number.isNaN(value)) return "";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return BigInt(value).toString();
  return Math.abs(value) < 1e-4 ? value.toExponential().replace(/-(\d)$/, "-0$1") : String(value);
}

/** On where a score reaches its threshold, both as float32. */
export function decide(contract, scores) {
  return contract.thresholds.map((threshold, label) => Math.fround(scores[label]) >= Math.fround(threshold));
}

/** Names of the labels that are on. */
export function labelsOn(contract, scores) {
  const on = decide(contract, scores);
  return contract.labels.filter((_, label) => on[label]);
}

/** Replay the golden rows through run(Float32Array) -> scores; throws where this machine computes something else. */
export async function replay(contract, run) {
  if (contract.golden === null) throw new Error("no golden rows to replay");
  const { rows, scores, decisions, tolerance } = contract.golden;
  let largest = 0;
  for (const [number, row] of rows.entries()) {
    const got = await run(encode(contract, row));
    const on = decide(contract, got);
    for (const [label, want] of scores[number].entries()) {
      const difference = Math.abs(got[label] - want);
      const firm = Math.abs(want - contract.thresholds[label]) > tolerance;
      if (!(difference <= tolerance) || (firm && on[label] !== Boolean(decisions[number][label]))) {
        throw new Error(`golden row ${number}, ${contract.labels[label]}: ${got[label]} instead of ${want}`);
      }
      largest = Math.max(largest, difference);
    }
  }
  return largest;
}
