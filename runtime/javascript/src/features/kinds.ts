/** The kinds of feature: a table from the contract's `kind` to the module that knows it. */

import { mapping, take, text, type Json, type JsonObject } from "../contract/json_values.js";
import { quoted } from "../errors.js";
import type { Feature } from "./base.js";
import { category } from "./category.js";
import { later } from "./later.js";
import { numeric } from "./numeric.js";

const KINDS: Record<string, (name: string, document: JsonObject) => Feature> = {
  numeric,
  category,
  offset: later,
  text: later,
  date: later,
  duration: later,
};

/** One of the contract's `features`. */
export function readFeature(value: Json): Feature {
  const document = mapping(value);
  const name = take(document, "name", text);
  const kind = document["kind"];
  if (typeof kind !== "string" || !Object.hasOwn(KINDS, kind)) {
    throw new TypeError(`feature ${quoted(name)} is of kind ${quoted(kind)}, not ${quoted(Object.keys(KINDS))}`);
  }
  const read = "missing" in document ? later : KINDS[kind]!; // words of its own for what is missing
  return read(name, document);
}
