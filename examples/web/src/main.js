// A form made from the contract, and the labels that are on for what it holds.
import * as ort from "onnxruntime-web/wasm";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url"; // Vite copies the file and knows its address
import { load, onnx } from "tagship";

ort.env.wasm.wasmPaths = { wasm }; // without this, ONNX Runtime would look where no bundler puts it
ort.env.wasm.numThreads = 1; // more need a page that is cross-origin isolated

const answer = document.querySelector("#answer");
const form = document.querySelector("#row");

try {
  const model = await load(`${import.meta.env.BASE_URL}model.onnx`, onnx(ort)); // replays the golden rows
  for (const { name } of model.contract.features) {
    const label = form.appendChild(document.createElement("label"));
    label.append(`${name} `, Object.assign(document.createElement("input"), { name, inputMode: "decimal" }));
  }
  form.addEventListener("input", () => show(model));
  await show(model);
} catch (error) {
  answer.textContent = error.message;
}

async function show(model) {
  try {
    const row = Object.fromEntries(new FormData(form)); // an empty field is a missing value
    const labels = await model.predict(row);
    answer.textContent = `${model.engine}: ${labels.join(", ") || "none of the labels"}`;
  } catch (error) {
    answer.textContent = error.message; // such as a feature without a fill that is still empty
  }
}
