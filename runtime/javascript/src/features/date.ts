/** A date: days since a reference date, and its month and weekday where the contract has them. */

import type { Json, JsonObject } from "../contract/json_values.js";
import type { Feature } from "./base.js";
import { missingOf, present } from "./blank.js";
import type { Core } from "./core.js";

/** Milliseconds of a day. */
const DAY = 86_400_000;

/** 2024-12-31, 31.12.2024, 31/12/2024 or 12/31/2024, with or without a time of day and a zone. */
const SHAPE =
  /^(?:(\d{4})([-/])(\d{1,2})\2(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{1,2})([-/])(\d{1,2})\9(\d{4}))(?:(?:[Tt]|,? +)(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?: ?([AaPp])[Mm])? ?(?:(?:[Zz]|UTC)|([+-])(\d\d)(?::?(\d\d))?)?)?$/;

/** How many columns each part has, and the place of a moment among them. */
const PARTS: Record<string, readonly [size: number, place: (moment: Date) => number]> = {
  month: [12, (moment) => moment.getUTCMonth()],
  weekday: [7, (moment) => (moment.getUTCDay() + 6) % 7],
};

type First = "day" | "month" | null;

export interface DateFeature extends Feature {
  readonly kind: "date";
  /** The date from which days are counted. */
  readonly since: string;
  /** Replaces a missing date; null means that a missing date is refused. */
  readonly fill: string | null;
  readonly indicator: boolean;
  /** `month` and `weekday`, which have a column for each of their values. */
  readonly parts: readonly string[];
  /** What stands first in 03/04/2024; null where such a date is refused. */
  readonly first: First;
}

/** Read one from the contract. */
export function date(name: string, document: JsonObject, core: Core): DateFeature {
  const { take } = core;
  const known = { parts: [], first: null, ...document };
  const date = (value: Json): string => spelledDate(value, core);
  const since = take(document, "since", date);
  const fill = take(document, "fill", (value) => (value === null ? null : date(value)));
  const parts = take(known, "parts", (value) => listed(value, core));
  const first = take(known, "first", (value) => order(value, core));
  const indicator = Boolean(document["indicator"]);
  const isMissing = missingOf(document, core);
  const start = milliseconds(since, null);
  const filled = fill === null ? NaN : milliseconds(fill, null);
  return {
    name,
    kind: "date",
    since,
    fill,
    indicator,
    parts,
    first,
    width: 1 + Number(indicator) + parts.reduce((sum, one) => sum + PARTS[one]![0], 0),
    encode(value, into, at, row) {
      const moment = isMissing(value) ? NaN : momentOf(value, first, row, name, core);
      const missing = moment !== moment;
      if (missing && fill === null) throw absent(row, name, core);
      into[at++] = ((missing ? filled : moment) - start) / DAY;
      if (indicator) into[at++] = Number(missing);
      for (const one of parts) {
        const [size, place] = PARTS[one]!;
        if (!missing) into[at + place(new Date(moment))] = 1;
        at += size;
      }
    },
  };
}

/** A cell as milliseconds since 1970 in UTC, or as it stands where it has no zone; NaN where it is missing. */
function momentOf(value: unknown, first: First, row: number, column: string, core: Core): number {
  if (value === null || value === undefined || value !== value) return NaN;
  let reason = "is no date";
  try {
    if (typeof value === "string") return milliseconds(value, first);
    if (value instanceof Date && isWithin(value)) return value.getTime();
  } catch (error) {
    reason = (error as Error).message;
  }
  const got = `${core.quoted(value)} ${reason}`;
  throw new core.InputValueError(row, column, got, "a date such as 2024-12-31 is needed");
}

function absent(row: number, column: string, { InputValueError }: Core): Error {
  const need = "this feature has no fill value, replace or drop missing values";
  return new InputValueError(row, column, "the date is missing", need);
}

function milliseconds(spelled: string, first: First): number {
  const trimmed = present(spelled);
  if (trimmed === null) return NaN;
  const found = SHAPE.exec(trimmed);
  if (!found) throw new TypeError("is no date");
  const [, y, , m, d, dotDay, dotMonth, dotYear, one, , other, year, hour, ...time] = found;
  if (one !== undefined && first === null) throw new TypeError("may begin with its day or its month");
  const [leading, following] = first === "month" ? [other, one] : [one, other];
  const month = Number(m ?? dotMonth ?? following);
  const moment = new Date(0);
  moment.setUTCFullYear(Number(y ?? dotYear ?? year), month - 1, Number(d ?? dotDay ?? leading));
  if (moment.getUTCMonth() !== month - 1 || !isWithin(moment)) throw new TypeError("is no day of the calendar");
  return moment.getTime() + (hour === undefined ? 0 : timeOfDay(Number(hour), time));
}

/** Milliseconds since midnight in UTC, which may be of the day before or after. */
function timeOfDay(hour: number, [minute, second, fraction, half, sign, zoneHours, zoneMinutes]: string[]): number {
  let hours = hour;
  if (half) hours = hour < 1 || hour > 12 ? 24 : (hour % 12) + (/p/i.test(half) ? 12 : 0);
  const [minutes, seconds, shiftHours, shiftMinutes] = [minute, second, zoneHours, zoneMinutes].map((one) => Number(one ?? 0));
  if (hours > 23 || minutes! > 59 || seconds! > 59 || shiftHours! > 23 || shiftMinutes! > 59) {
    throw new TypeError("is no time of day");
  }
  const shift = (shiftHours! * 60 + shiftMinutes!) * (sign === "-" ? -1 : 1);
  return ((hours * 60 + minutes! - shift) * 60 + seconds!) * 1000 + Number(`${fraction ?? ""}000`.slice(0, 3));
}

/** Whether a moment is of a year that ISO 8601 spells with four digits. */
function isWithin(moment: Date): boolean {
  const year = moment.getUTCFullYear();
  return year >= 1 && year <= 9999;
}

function spelledDate(value: Json, core: Core): string {
  let moment = NaN;
  try {
    if (typeof value === "string") moment = milliseconds(value, null);
  } catch {
    // refused below
  }
  if (moment !== moment) throw new TypeError(`${core.quoted(value)} is no date such as 2024-12-31`);
  return value as string;
}

function listed(value: Json, { quoted }: Core): readonly string[] {
  if (!Array.isArray(value)) throw new TypeError(`${quoted(value)} is not a list`);
  const other = value.find((part) => typeof part !== "string" || !Object.hasOwn(PARTS, part));
  if (other === undefined) return value as string[];
  throw new TypeError(`${quoted(other)} is no part of a date that is known; month or weekday is needed`);
}

function order(value: Json, { quoted }: Core): First {
  if (value === null || value === "day" || value === "month") return value;
  throw new TypeError(`${quoted(value)} is neither 'day' nor 'month'`);
}
