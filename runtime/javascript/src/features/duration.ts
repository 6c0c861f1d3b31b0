/** A duration or a time of day, as a number of seconds. */

import type { JsonObject } from "../contract/json_values.js";
import { missingOf, present } from "./blank.js";
import type { Core } from "./core.js";
import type { NumericFeature } from "./numeric.js";

const BILLION = 1_000_000_000;

/** 1:30, 1:30:00, 26:00:00.5, and what Python makes of longer ones: 1 day, 2:00:00. */
const CLOCK = /^([+-])?(?:(\d+) days?,? *)?(?:\+?(\d+):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?)?$/;

/** Durations of ISO 8601 but those with years or months, which differ in length. */
const ISO = /^([+-])?P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?$/;

/** Read one from the contract; its fill is in seconds. */
export function duration(name: string, document: JsonObject, core: Core): NumericFeature {
  const isMissing = missingOf(document, core);
  const seconds: Core["numberOf"] = (value, row, column) => {
    const spelled = typeof value === "string" ? present(value) : "";
    if (spelled === null || isMissing(value)) return NaN;
    const found = spelled && parse(spelled);
    if (typeof found === "number") return found;
    try {
      return core.numberOf(value, row, column);
    } catch {
      const need = "a duration such as 1:30:00 or PT90M, or a number of seconds, is needed";
      throw new core.InputValueError(row, column(), `${core.quoted(value)} is not a number`, need);
    }
  };
  return { ...core.numeric(name, document, seconds), kind: "duration" };
}

function parse(text: string): number | null {
  const clock = /:|day/.test(text) && CLOCK.exec(text);
  if (clock) {
    const [, sign, days, hours, minutes, seconds, fraction] = clock;
    const time = total(0, hours, minutes, seconds);
    // The days alone are negative, as Python has it.
    if (days !== undefined && sign === "-") return joined(time - Number(days) * 86_400, false, fraction);
    return joined(time + Number(days ?? 0) * 86_400, sign === "-", fraction);
  }
  const iso = ISO.exec(text);
  if (!iso) return null;
  const [, sign, weeks, days, hours, minutes, seconds, fraction] = iso;
  return joined(total(Number(weeks ?? 0) * 7 + Number(days ?? 0), hours, minutes, seconds), sign === "-", fraction);
}

function total(days: number, hours = "0", minutes = "0", seconds = "0"): number {
  return days * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Seconds, the whole ones rounded down, and the digits behind their point, of which nine count. */
function joined(whole: number, negative: boolean, fraction = ""): number {
  const nanos = Number(fraction.slice(0, 9).padEnd(9, "0"));
  if (!negative) return whole + nanos / BILLION;
  return nanos ? -whole - 1 + (BILLION - nanos) / BILLION : -whole;
}
