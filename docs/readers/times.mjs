// Dates and durations of a tagship contract in plain JavaScript, as docs/contract.md spells them.

const BLANK = new Set(
  ["", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "n/a", "-", "--", "\u2013", ".", "#N/A", "#NV", "#n/a"],
);
const ENDS = /^([^\S\ufeff]|\x85)+|([^\S\ufeff]|\x85)+$/g;
const DATE =
  /^(?:(\d{4})([-/])(\d{1,2})\2(\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{1,2})([-/])(\d{1,2})\9(\d{4}))(?:(?:[Tt]|,? +)(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?: ?([AaPp])[Mm])? ?(?:(?:[Zz]|UTC)|([+-])(\d\d)(?::?(\d\d))?)?)?$/;
const CLOCK = /^([+-])?(?:(\d+) days?,? *)?(?:\+?(\d+):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?)?$/;
const ISO = /^([+-])?P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?)?$/;
const DAY = 86_400_000;
const PARTS = {
  month: [12, (moment) => new Date(moment).getUTCMonth()],
  weekday: [7, (moment) => (new Date(moment).getUTCDay() + 6) % 7],
};

/** The columns of a feature of kind `date`: days since its reference date, and what else it has. */
export function encodeDate(feature, value) {
  const cell = present(feature, value);
  const used = cell ?? feature.fill;
  if (used === null) throw new Error(`${feature.name} is missing, and has no fill`);
  if (typeof used !== "string") throw new Error(`${feature.name} is ${used}, which is no date`);
  const moment = milliseconds(used, cell === null ? undefined : feature.first);
  const columns = [(moment - milliseconds(feature.since)) / DAY];
  if (feature.indicator) columns.push(Number(cell === null));
  for (const part of feature.parts ?? []) {
    const [size, place] = PARTS[part];
    for (let at = 0; at < size; at++) columns.push(Number(cell !== null && at === place(moment)));
  }
  return columns;
}

/** A text of a feature of kind `duration` as seconds; NaN where it is missing, undefined where it may be a number. */
export function seconds(feature, value) {
  const text = present(feature, value);
  if (text === null) return NaN;
  const clock = /:|day/.test(text) && CLOCK.exec(text);
  if (clock) {
    const [, sign, days, ...time] = clock;
    const clocked = total(0, ...time);
    // The days alone are negative, as Python has it.
    if (days && sign === "-") return joined(clocked - days * 86_400, time[3], false);
    return joined(clocked + Number(days ?? 0) * 86_400, time[3], sign === "-");
  }
  const iso = ISO.exec(text);
  if (!iso) return undefined;
  const [, sign, weeks, days, ...time] = iso;
  return joined(total(Number(weeks ?? 0) * 7 + Number(days ?? 0), ...time), time[3], sign === "-");
}

function total(days, hours = "0", minutes = "0", whole = "0") {
  return days * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(whole);
}

/** Whole seconds, rounded down, and the digits behind their point, of which nine count. */
function joined(whole, fraction = "", negative) {
  const nanos = Number(fraction.slice(0, 9).padEnd(9, "0"));
  if (!negative) return whole + nanos / 1e9;
  return nanos ? -whole - 1 + (1e9 - nanos) / 1e9 : -whole;
}

/** A cell, without white space at its ends; null where it is missing. */
function present(feature, value) {
  if (typeof value !== "string") return Number.isNaN(value) ? null : value;
  const text = value.replace(ENDS, "");
  return BLANK.has(text) || feature.missing?.includes(text) ? null : text;
}

/** Milliseconds since 1970: in UTC where there is a zone, and as it stands where there is none. */
function milliseconds(text, first) {
  const found = DATE.exec(text);
  if (!found) throw new Error(`${text} is no date`);
  const [, y, , m, d, dotDay, dotMonth, dotYear, one, , other, year, hour, ...time] = found;
  if (one !== undefined && first === undefined) throw new Error(`${text} may begin with its day or its month`);
  const month = Number(m ?? dotMonth ?? (first === "month" ? one : other)) - 1;
  const moment = new Date(0);
  moment.setUTCFullYear(Number(y ?? dotYear ?? year), month, Number(d ?? dotDay ?? (first === "month" ? other : one)));
  if (moment.getUTCMonth() !== month || moment.getUTCFullYear() < 1) throw new Error(`${text} is no day of the calendar`);
  return moment.getTime() + (hour === undefined ? 0 : timeOfDay(Number(hour), time));
}

function timeOfDay(hour, [minute, second, fraction = "", half, sign, zoneHours, zoneMinutes]) {
  const parts = [minute, second, zoneHours, zoneMinutes].map((part) => Number(part ?? 0));
  const [minutes, whole, shiftHours, shiftMinutes] = parts;
  const hours = !half ? hour : hour < 1 || hour > 12 ? 24 : (hour % 12) + (/p/i.test(half) ? 12 : 0);
  if (hours > 23 || minutes > 59 || whole > 59 || shiftHours > 23 || shiftMinutes > 59) throw new Error("no time of day");
  const shift = (shiftHours * 60 + shiftMinutes) * (sign === "-" ? -1 : 1);
  return ((hours * 60 + minutes - shift) * 60 + whole) * 1000 + Number(`${fraction}000`.slice(0, 3));
}
