/** A number from which another is subtracted before float32 would round it. */

import type { JsonObject } from "../contract/json_values.js";
import { missingOf } from "./blank.js";
import type { Core } from "./core.js";
import type { NumericFeature } from "./numeric.js";

/** Read one from the contract; the offset is subtracted from its fill as well. */
export function offset(name: string, document: JsonObject, core: Core): NumericFeature {
  const isMissing = missingOf(document, core);
  const subtracted = core.take(document, "offset", core.number);
  const fill = core.take(document, "fill", core.optional(core.number));
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
      if (indicator) into[at + 1] = missing ? 1 : 0;
    },
  };
}
