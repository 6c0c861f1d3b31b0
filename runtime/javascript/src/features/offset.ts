/** A number from which another is subtracted before float32 would round it. */

import type { JsonObject } from "../contract/json_values.js";
import { missingOf } from "./blank.js";
import type { Core } from "./core.js";
import type { NumericFeature } from "./numeric.js";

const APART = "9,007,199,254,740,991, up to which float64 tells integers apart";

/** Read one from the contract; the offset is subtracted from its fill as well. */
export function offset(name: string, document: JsonObject, core: Core): NumericFeature {
  const isMissing = missingOf(document, core);
  const toldApart = (value: unknown): number => {
    const number = core.number(value);
    if (isBeyond(number)) throw new TypeError(`${core.quoted(value)} is beyond ${APART}`);
    return number;
  };
  const subtracted = core.take(document, "offset", toldApart);
  const fill = core.take(document, "fill", core.optional(toldApart));
  const indicator = Boolean(document["indicator"]);
  return {
    name,
    kind: "offset",
    fill,
    indicator,
    width: indicator ? 2 : 1,
    encode(value, into, at, row) {
      const given = isMissing(value) ? NaN : core.numberOf(value, row, () => name);
      const missing = given !== given;
      into[at] = (missing && fill !== null ? fill : given) - subtracted;
      if (into[at]! - into[at]! !== 0) core.refuse(row, name, into[at]!, value);
      if (isBeyond(given)) {
        throw new core.InputValueError(row, name, `${String(value)} is beyond ${APART}`, "a smaller number is needed");
      }
      if (indicator) into[at + 1] = missing ? 1 : 0;
    },
  };
}

/** Whether a number may be another one's neighbour, rounded. */
const isBeyond = (number: number): boolean => Math.abs(number) > Number.MAX_SAFE_INTEGER;
