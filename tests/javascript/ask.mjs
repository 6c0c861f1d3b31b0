// Load an artifact in Node and answer what standard input asks, as JSON: node ask.mjs PACKAGE < questions.json
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const tagship = await import(process.argv[2]);
const { artifact, engine, modules, load = {}, rows = [], thresholds, k, calls = [] } = JSON.parse(readFileSync(0));
const require = createRequire(`${modules}/`);
const engines = {
  node: () => tagship.onnx(require("onnxruntime-node")),
  plain: () => tagship.plain(),
  litert: () => tagship.litert({ loadAndCompile() {} }),
  "wrong litert": () => tagship.litert({}),
  none: () => undefined,
  uncalled: () => tagship.plain,
  "wrong onnx": () => tagship.onnx({ load: 1 }),
  "no onnx": () => tagship.onnx(undefined),
};

const answers = {};
try {
  let model = await tagship.load(artifact, engines[engine](), load);
  if (thresholds !== undefined) model = model.withThresholds(thresholds);
  answers.labels = model.labels;
  answers.engine = model.engine;
  answers.selftest = model.contract.golden && (await model.selftest());
  answers.batch = (await model.scoresBatch(rows)).map((scores) => Array.from(scores));
  answers.names = await model.predictBatch(rows);
  answers.single = [];
  answers.one = [];
  for (const row of rows) {
    answers.single.push(Array.from(await model.scores(row)));
    answers.one.push(await model.predict(row));
  }
  if (k) {
    answers.top = await model.topKBatch(rows, k);
    answers.topOne = rows.length ? await model.topK(rows[0], k) : [];
  }
  answers.together = await Promise.all(rows.slice(0, 50).map((row) => model.predict(row)));
  answers.errors = [];
  for (const [method, ...given] of calls) {
    const method_ = model[method].bind(model);
    answers.errors.push(await Promise.resolve().then(() => method_(...given)).then(() => null, (error) => error.message));
  }
  await model.close();
  answers.closed = await model.predict(rows[0]).then(() => null, (error) => error.message);
} catch (error) {
  if (!(error instanceof tagship.TagshipError)) throw error;
  answers.error = `${error.name}: ${error.message}`;
}
console.log(JSON.stringify(answers));
