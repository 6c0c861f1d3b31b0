// What docs/readers/contract.mjs makes of groups of rows and of scores. First argument: that file's address.
import { readFileSync } from "node:fs";

const { decide, encode } = await import(process.argv[2]);
const { wordsOf } = await import(new URL("words.mjs", process.argv[2]));
const { rows, decisions, words } = JSON.parse(readFileSync(0));
const encoded = rows.map(({ contract, row }) => {
  try {
    return Array.from(encode(contract, row));
  } catch {
    return null;
  }
});
const sizesOf = (found) => {
  const lengths = found.map((word) => [...word].length);
  return [lengths.length, lengths.reduce((sum, length) => sum + length, 0), Math.max(0, ...lengths.slice(0, 100))];
};
const said = words.map(({ text, times }) => (times ? sizesOf(wordsOf(text.repeat(times))) : wordsOf(text)));
console.log(JSON.stringify({ words: said, encoded, decisions: decisions.map((one) => decide(one, one.scores)) }));
