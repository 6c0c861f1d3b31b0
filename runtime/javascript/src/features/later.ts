/** Features whose module is loaded with the first contract that has one. */

import { listOf, take, text as string, type JsonObject } from "../contract/json_values.js";
import type { Feature } from "./base.js";

/** A text; `prepare` reads the rest of it from the contract. */
export function text(name: string, document: JsonObject): Feature {
  const feature: Feature = {
    name,
    kind: "text",
    width: take(document, "vocabulary", listOf(string)).length,
    async prepare() {
      Object.assign(feature, (await import("./text.js")).encoding(name, document));
    },
    encode() {
      throw new Error("await prepare(contract) first");
    },
  };
  return feature;
}
