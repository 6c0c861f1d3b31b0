/** A number: the value or its fill, and if wanted a second column that says whether it was missing. */

import { float32, optional, take, type JsonObject } from "../contract/json_values.js";
import type { Feature } from "./base.js";
import { numberOf, refuse } from "./cells.js";

export interface NumericFeature extends Feature {
  readonly kind: string;
  /** Replaces a missing value; null means that a missing value is refused. */
  readonly fill: number | null;
  readonly indicator: boolean;
  /** Whether training's cells had a percent sign; the number is the share. */
  readonly percent: boolean;
}

/** Read one from the contract; `read` gives a cell as a number, NaN where it is missing. */
export function numeric(name: string, document: JsonObject, read = numberOf): NumericFeature {
  const fill = take(document, "fill", optional(float32));
  const indicator = Boolean(document["indicator"]);
  return {
    name,
    kind: "numeric",
    fill,
    indicator,
    percent: !!document["percent"],
    width: indicator ? 2 : 1,
    encode(value, into, at, row) {
      const given = read(value, row, () => name);
      const missing = given !== given;
      into[at] = missing && fill !== null ? fill : given;
      if (into[at]! - into[at]! !== 0) refuse(row, name, into[at]!, value);
      if (indicator) into[at + 1] = missing ? 1 : 0;
    },
  };
}
