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
  const rest: Core["numberOf"] = (value, row, column) => {
    const given = isMissing(value) ? NaN : core.numberOf(value, row, column);
    if (isBeyond(given) && Number.isFinite(Math.fround(given))) {
      throw new core.InputValueError(row, name, `${String(value)} is beyond ${APART}`, "a smaller number is needed");
    }
    return given - subtracted;
  };
  const less = { ...document, fill: fill === null ? null : fill - subtracted };
  return { ...core.numeric(name, less, rest), kind: "offset", fill };
}

/** Whether a number may be another one's neighbour, rounded. */
const isBeyond = (number: number): boolean => Math.abs(number) > Number.MAX_SAFE_INTEGER;
