// What docs/readers/contract.mjs makes of an artifact and of rows; no engine. First argument: that file's address.
import { readFileSync } from "node:fs";

const [library, path] = process.argv.slice(2);
const { decide, encode, labelsOn, readArtifact, replay } = await import(library);
const bytes = new Uint8Array(readFileSync(path));
const { model, contract } = await readArtifact(bytes);
const result = { encoded: [], on: [], errors: 0, model: model.length, refused: 0 };
for (const row of JSON.parse(readFileSync(0))) {
  try {
    result.encoded.push(Array.from(encode(contract, row)));
  } catch {
    result.errors += 1;
  }
}
result.on = contract.golden.scores.map((scores) => labelsOn(contract, scores));
let next = 0;
result.replayed = await replay(contract, async () => contract.golden.scores[next++]);
result.wrong = await replay(contract, () => contract.labels.map(() => NaN)).then(() => "accepted", () => "refused");
for (let place = 0; place < 16; place++) {
  const damaged = bytes.slice();
  damaged[8 + Math.floor((place / 16) * (model.length - 8))] ^= 1; // in the model
  if (place % 2) damaged[bytes.length - 400 - place] ^= 1; // in the tail
  result.refused += await readArtifact(damaged).then(() => 0, () => 1);
  result.refused += await readArtifact(bytes.slice(0, (bytes.length * (place + 1)) / 17)).then(() => 0, () => 1);
}
console.log(JSON.stringify(result));
