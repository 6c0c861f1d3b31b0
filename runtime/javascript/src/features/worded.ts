/** A number with words of its own for a missing one. */

import type { JsonObject } from "../contract/json_values.js";
import { missingOf } from "./blank.js";
import type { Core } from "./core.js";
import type { NumericFeature } from "./numeric.js";

/** Read one from the contract. */
export function worded(name: string, document: JsonObject, core: Core): NumericFeature {
  const isMissing = missingOf(document, core);
  return core.numeric(name, document, (value, row, column) =>
    isMissing(value) ? NaN : core.numberOf(value, row, column),
  );
}
