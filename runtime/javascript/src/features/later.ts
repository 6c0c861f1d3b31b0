/** Features whose module is loaded with the first contract that has one. */

import { listOf, take, text as string, type JsonObject } from "../contract/json_values.js";
import { InputValueError, quoted } from "../errors.js";
import type { Feature } from "./base.js";
import { numberOf } from "./cells.js";
import { numeric } from "./numeric.js";

/** What these modules use; were they to import it, a bundler would cut the core in pieces. */
const CORE = { InputValueError, listOf, numberOf, numeric, quoted, string, take };

export type Core = typeof CORE;

/** How wide one of the contract's features is, and what encodes it. */
export type Encoding = (name: string, document: JsonObject, core: Core) => Pick<Feature, "width" | "encode">;

/** A text, a date, a duration, or a number with words of its own for a missing one; `prepare` reads the rest of it from the contract. */
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
