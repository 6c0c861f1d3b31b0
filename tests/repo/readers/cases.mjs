// What docs/readers/contract.mjs makes of groups of rows and of scores. First argument: that file's address.
import { readFileSync } from "node:fs";

const { decide, encode } = await import(process.argv[2]);
const { rows, decisions } = JSON.parse(readFileSync(0));
const encoded = rows.map(({ contract, row }) => {
  try {
    return Array.from(encode(contract, row));
  } catch {
    return null;
  }
});
console.log(JSON.stringify({ encoded, decisions: decisions.map((one) => decide(one, one.scores)) }));
