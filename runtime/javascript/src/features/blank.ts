/** Texts that stand for a missing value. */

import type { JsonObject } from "../contract/json_values.js";
import type { Core } from "./core.js";

/** As files have them for dates and durations: those of numbers, and some more. */
const BLANK = new Set(
  ["", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "n/a", "-", "--", "\u2013", ".", "#N/A", "#NV", "#n/a"],
);

/** A text without white space at its ends, as numbers lose theirs. */
const stripped = (text: string): string => text.replace(/^([^\S\ufeff]|\x85)+|([^\S\ufeff]|\x85)+$/g, "");

/** A text without white space at its ends; null where it stands for a missing value. */
export function present(text: string): string | null {
  const trimmed = stripped(text);
  return BLANK.has(trimmed) ? null : trimmed;
}

/** Whether a cell is one of the feature's own words for a missing value. */
export function missingOf(document: JsonObject, { listOf, string, take }: Core): (value: unknown) => boolean {
  const words = "missing" in document ? take(document, "missing", listOf(string)) : [];
  return (value) => typeof value === "string" && words.includes(stripped(value));
}
