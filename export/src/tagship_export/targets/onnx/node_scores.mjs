// Score encoded rows in Node, a line of JSON for each batch: node node_scores.mjs FOLDER ENGINE ARTIFACT BARE
// ARTIFACT is the file as its users have it, which is loaded once so that golden rows are replayed; BARE is the same
// model whose contract takes encoded rows.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, name, artifact, bare] = process.argv.slice(2);
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const require = createRequire(pathToFileURL(`${folder}/`));

const installed = (wanted) => {
  try {
    return require.resolve(wanted);
  } catch {
    say({ missing: wanted });
    process.exit();
  }
};

const tagship = await import(pathToFileURL(installed("tagship")));
const engine = () => (name === "plain" ? tagship.plain() : tagship.onnx(require(installed(name))));
try {
  await (await tagship.load(artifact, engine())).close();
  const model = await tagship.load(bare, engine(), { selftest: false });
  say({ engine: model.engine });
  for await (const line of createInterface({ input: process.stdin })) {
    const scores = await model.scoresBatch(JSON.parse(line));
    say({ scores: scores.map((row) => Array.from(row)) });
  }
} catch (error) {
  say({ error: error.message, unsupported: error.name === "EngineError" });
}
