// Load what a key signed, in Node: node signed.mjs SIGNATURE_MODULE prints for each case on stdin the number of bytes, or the error.
import { readFileSync } from "node:fs";

const { signed } = await import(process.argv[2]);
const cases = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const { file, bytes, signature, publicKey } of cases) {
  const given = signature === undefined ? {} : { signature: Buffer.from(signature, "base64") };
  try {
    const found = await signed(bytes === undefined ? file : Buffer.from(bytes, "base64"), { publicKey, ...given });
    answers.push(found.length);
  } catch (error) {
    answers.push(`${error.name}: ${error.message}`);
  }
}
process.stdout.write(JSON.stringify(answers));
