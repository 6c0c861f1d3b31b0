// Replay tests/shared through the package: node cases.mjs PACKAGE FOLDER prints what comes out differently, as JSON.
import { readFileSync } from "node:fs";

const [library, folder] = process.argv.slice(2);
const tagship = await import(library);
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8"));
const differences = [];
let replayed = 0;

/** Compare one outcome with what the case says: a value, or the class and the words of an error. */
async function check(name, want, compute) {
  replayed += 1;
  let found;
  try {
    found = await compute();
  } catch (error) {
    const absent = (want.mentions ?? []).filter((mention) => !error.message.includes(mention));
    const known = error instanceof tagship.TagshipError;
    if (known && error.name === want.error && absent.length === 0) return;
    found = `${error.name}: ${error.message}${absent.length ? `, without ${absent}` : ""}`;
  }
  const { name: _, ...expected } = want;
  if (!("error" in want) && JSON.stringify(found) === JSON.stringify(expected.value)) return;
  differences.push({ name, found, expected });
}

for (const { text, ...want } of read("contracts")) {
  await check(`contract: ${want.name}`, { ...want, value: "read" }, async () => {
    await tagship.prepare(tagship.readContract(text));
    return "read";
  });
}

const number = (value) => (Object.is(value, -0) ? "-0" : value);
async function encode(document, rows) {
  const contract = tagship.readContract(JSON.stringify(document));
  await tagship.prepare(contract);
  const encoder = tagship.encoder(contract);
  encoder.check(rows);
  const into = new Float32Array(rows.length * encoder.width);
  rows.forEach((row, place) => encoder.encode(row, into, place * encoder.width, place));
  return Array.from(into, number);
}
const { single, batches } = read("rows");
for (const { name, contract, rows } of single) {
  for (const { row, encoded, ...want } of rows) {
    const value = encoded?.map(number);
    await check(`${name}: ${JSON.stringify(row)}`, { ...want, value }, () => encode(contract, [row]));
  }
}
for (const { name, contract, rows, encoded, ...want } of batches) {
  await check(`batch: ${name}`, { ...want, value: encoded?.map(number) }, () => encode(contract, rows));
}

const { wordsOf } = await import(new URL("features/words.js", library));
for (const { name, text, times, words, ...sizes } of read("words")) {
  const { count, characters, longest } = sizes;
  if (words) await check(`words: ${name}`, { value: words }, () => wordsOf(text));
  else await check(`words: ${name}`, { value: [count, characters, longest] }, () => sizesOf(wordsOf(text.repeat(times))));
}

function sizesOf(words) {
  let [characters, longest] = [0, 0];
  for (const word of words) {
    let length = 0;
    for (const _ of word) length++;
    characters += length;
    longest = Math.max(longest, length);
  }
  return [words.length, characters, longest];
}

const { decisions, labels, current, given } = read("thresholds");
for (const { thresholds, scores, decisions: value } of decisions) {
  await check(`scores at ${thresholds[0]}`, { value }, () => tagship.decide(scores, Float32Array.from(thresholds)));
}
for (const { name, given: thresholds, chosen, ...want } of given) {
  await check(`thresholds: ${name}`, { ...want, value: chosen }, () =>
    tagship.resolveThresholds(thresholds, labels, current),
  );
}

for (const { kind, data, payload, damage } of read("files")) {
  const bytes = new Uint8Array(Buffer.from(data, "base64"));
  const format = kind === "onnx" ? tagship.onnxFormat : tagship.tfliteFormat;
  const unpack = async (file) => (await tagship.unpack(file, format)).payload.length;
  await check(`whole ${kind}`, { value: payload }, () => unpack(bytes));
  const ways = {
    cut: (place) => bytes.subarray(0, place),
    flip: (place) => bytes.map((byte, at) => (at === place ? byte ^ 1 : byte)),
    insert: (place) => Uint8Array.of(...bytes.subarray(0, place), 0, ...bytes.subarray(place)),
  };
  for (const [error, places] of Object.entries(damage)) {
    for (const [way, where] of Object.entries(places)) {
      for (const place of where) await check(`${kind}, ${way} at ${place}`, { error }, () => unpack(ways[way](place)));
    }
  }
}

const { repeated } = await import(new URL("contract/seeded_rows.js", library));
for (const { row, input, cells: value } of read("seeds")) {
  await check(`seed in ${input.shape}`, { value }, () => Array.from(repeated(row, input.shape, input.dtype.includes("int"))));
}

console.log(JSON.stringify({ replayed, differences }));
