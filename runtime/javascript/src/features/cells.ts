/** Single cells as callers have them -> numbers or words, as the Python runtime reads them. */

import { InputValueError, quoted } from "../errors.js";

/** Texts that stand for a missing number in a file. */
const BLANK = new Set(["", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]);

/** What Python takes for white space at the ends of a number; String.prototype.trim knows a slightly different set. */
const ENDS = /^([^\S\ufeff]|\x85)+|([^\S\ufeff]|\x85)+$/g;

/** Decimal numbers; JavaScript would take 0x1f as well. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Booleans as programs and Excel in English, German and French write them, in lower case. */
const TRUTH = /^(true|false|wahr|falsch|vrai|faux)$/;

/** What Python has for numbers besides, in lower case. */
const SPECIAL = /^([+-]?)(nan|inf(inity)?)$/;

const NEED_NUMBER = "a finite number is needed";

/** One cell as a number; NaN where it is missing. */
export function numberOf(value: unknown, row: number, column: () => string): number {
  switch (typeof value) {
    case "number":
      return value;
    case "boolean":
    case "bigint":
      return Number(value);
    case "undefined":
      return NaN;
    case "string": {
      const spelled = parse(value.replace(ENDS, ""));
      if (spelled !== undefined) return spelled;
      break;
    }
    default:
      if (value === null) return NaN;
  }
  throw new InputValueError(row, column(), `${quoted(value)} is not a number`, NEED_NUMBER);
}

function parse(text: string): number | undefined {
  if (BLANK.has(text)) return NaN;
  const lower = text.toLowerCase();
  if (DECIMAL.test(lower)) return Number(lower);
  if (TRUTH.test(lower)) return Number(/^[twv]/.test(lower));
  const [, sign, kind] = SPECIAL.exec(lower) ?? [];
  if (kind === undefined) return undefined;
  return kind === "nan" ? NaN : Number(`${sign}Infinity`);
}

/** How a category is spelled: whole numbers without a fraction, missing as empty; null where it is no word. */
export function wordOf(value: unknown): string | null {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
    case "bigint":
      return String(value);
    case "undefined":
      return "";
    case "number":
      return spelled(value);
    default:
      return value === null ? "" : null;
  }
}

/** A number as Python spells it: exponents from 1e-4 downwards, and of two digits. */
export function spelled(value: number): string {
  if (value !== value) return "";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value)) return BigInt(value).toString();
  if (Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/-(\d)$/, "-0$1");
}

/** Throw the error for a number that is not finite. */
export function refuse(row: number, column: string, got: number, original: unknown): never {
  if (got !== got) {
    const need = "this feature has no fill value, replace or drop missing values";
    throw new InputValueError(row, column, "the value is missing", need);
  }
  throw new InputValueError(row, column, `${String(original)} is infinite in float32`, NEED_NUMBER);
}
