/** One of several words, one-hot encoded; a word that is not among them is all zeros. */

import { listOf, take, text, type JsonObject } from "../contract/json_values.js";
import { InputValueError, quoted } from "../errors.js";
import type { Feature } from "./base.js";
import { wordOf } from "./cells.js";

export interface CategoryFeature extends Feature {
  readonly kind: "category";
  readonly values: readonly string[];
}

/** Read one from the contract. */
export function category(name: string, document: JsonObject): CategoryFeature {
  const values = take(document, "values", listOf(text));
  if (new Set(values).size < values.length) throw new TypeError(`values of feature ${quoted(name)} repeat`);
  const places = new Map(values.map((value, place) => [value, place]));
  return {
    name,
    kind: "category",
    values,
    width: values.length,
    encode(value, into, at, row) {
      const word = typeof value === "string" ? value : wordOf(value);
      if (word === null) {
        throw new InputValueError(
          row,
          name,
          `${quoted(value)} is no category`,
          "a text, a number or a boolean is needed",
        );
      }
      const place = places.get(word);
      if (place !== undefined) into[at + place] = 1;
    },
  };
}
