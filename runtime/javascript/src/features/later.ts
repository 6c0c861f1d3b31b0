/** Features whose module is loaded with the first contract that has one. */

import { take, type JsonObject } from "../contract/json_values.js";
import type { Feature } from "./base.js";
import { CORE } from "./core.js";

/** A text, a date, a duration, a number less an offset, or one with words of its own for a missing one; `prepare` reads the rest of it from the contract. */
export function later(name: string, document: JsonObject): Feature {
  const kind = document["kind"] as string;
  const feature: Feature = {
    name,
    kind,
    width: NaN,
    async prepare() {
      const { encoding } = await (kind === "text" ? import("./text.js") : import("./times.js"));
      // As other kinds are read: within the contract's features, for the message.
      const features = () => encoding(name, document, CORE);
      Object.assign(feature, take({ features }, "features", features));
    },
    encode() {
      throw new Error("await prepare()");
    },
  };
  return feature;
}
