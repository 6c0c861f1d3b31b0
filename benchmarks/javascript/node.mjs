import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { measure, onnxByHand } from "./measure.mjs";
import { load, onnx, onnxFormat, plain, unpack } from "./tagship/index.js";

const rounds = Number(process.argv[2]);
const bytes = new Uint8Array(readFileSync(`${import.meta.dirname}/model.onnx`));
const { payload, contract } = await unpack(bytes, onnxFormat);
const row = contract.golden.rows[0];
const byHand = await onnxByHand(ort, payload, contract, row);
const native = await load(bytes, onnx(ort));
const own = await load(bytes, plain());
const found = {
  "onnxruntime-node": await measure({ "session.run": byHand, "model.predict": () => native.predict(row) }, rounds),
  "plain()": await measure({ "session.run of onnxruntime-node": byHand, "model.predict": () => own.predict(row) }, rounds),
};
console.log(JSON.stringify(found));
