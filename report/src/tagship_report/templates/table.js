// Tables in text: read as `tagship predict` reads them, or refused in a sentence; written so that no spreadsheet computes them.
"use strict";

const SLICE = 40; // milliseconds that are computed before the page may draw again

/** Files that are no text, by their first bytes. */
const OTHER_FILES = [
  ["PK\x03\x04", "an Excel workbook or an archive"],
  ["\xd0\xcf\x11\xe0", "a workbook of an old Excel"],
  ["PAR1", "a Parquet file"],
  ["\x1f\x8b", "compressed"],
];

/** Words for a missing number in tables of text, beside those that the package knows. */
const MISSING = new Set(["n/a", "-", "--", "\u2013", ".", "#N/A", "#NV", "#n/a"]);

/** A function to await now and then, which lets the page draw where it is time. */
function breather() {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE) return;
    await new Promise((done) => setTimeout(done));
    since = performance.now();
  };
}

/** The text of a file: UTF-8, or UTF-16 with its mark; of others a fault in a sentence, so that no letter is guessed. */
function readText(bytes) {
  const start = String.fromCharCode(...new Uint8Array(bytes.slice(0, 4)));
  const other = OTHER_FILES.find(([first]) => start.startsWith(first));
  if (other) return { fault: `The file is ${other[1]}: save the table as CSV, or give the file to 'tagship predict'.` };
  const marked = { "\xff\xfe": "utf-16le", "\xfe\xff": "utf-16be" }[start.slice(0, 2)];
  try {
    const text = new TextDecoder(marked ?? "utf-8", { fatal: true }).decode(bytes);
    if (marked || !start.includes("\0")) return { text };
  } catch {
    // told below, as UTF-16 without its mark is
  }
  return { fault: "The file is no text in UTF-8 or UTF-16: save it as CSV in UTF-8, or give 'tagship predict' its --encoding." };
}

/** Yields the rows of a CSV as lists of texts; returns what is wrong with a quote, if anything is. */
function* rowsOf(text, separator) {
  const mark = separator.charCodeAt(0);
  let [row, at, count] = [[], 0, 0];
  while (at < text.length) {
    let cell = "";
    const quoted = text[at] === '"';
    if (quoted) {
      for (;;) {
        const end = text.indexOf('"', at + 1);
        if (end < 0) return "A quote is opened and never closed; mend the file.";
        cell += text.slice(at + 1, end);
        at = end + 1;
        if (text[at] !== '"') break;
        cell += '"'; // two stand for one
      }
    }
    let end = at;
    let code = NaN;
    for (; end < text.length; end++) {
      code = text.charCodeAt(end);
      if (code === mark || code === 10 || code === 13) break;
    }
    if (quoted && end > at) {
      const rest = text.slice(at, Math.min(end, at + 20));
      return `${count ? `Row ${count}` : "The header"} goes on with "${rest}" behind a closing quote: is a quote before it not closed? Mend the file.`;
    }
    row.push(cell + text.slice(at, end));
    at = end + 1;
    if (end < text.length && code === mark) continue;
    if (code === 13 && text[at] === "\n") at++;
    if (row.length > 1 || row[0] !== "") {
      count++;
      yield row;
    }
    row = [];
  }
  if (row.length) yield [...row, ""]; // the text ends with a separator
  return undefined;
}

/** The mark between cells: what a first line `sep=;` says, else that by which the header has the columns, else the first there. */
function separatorOf(text, names) {
  const said = /^sep=(.)(?:\r\n?|\n)/.exec(text);
  if (said) return { separator: said[1], body: text.slice(said[0].length) };
  const first = text.slice(0, text.search(/[\r\n]|$/));
  const marks = ["\t", ";", "|", ","].filter((mark) => first.includes(mark));
  const fits = (mark) => {
    const header = rowsOf(first, mark).next().value;
    return Array.isArray(header) && names.every((name) => header.includes(name));
  };
  return { separator: marks.find(fits) ?? marks[0] ?? ",", body: text };
}

/** A CSV as header and rows, read in pieces so that the page stays usable. */
async function parseTable(text, names) {
  const { separator, body } = separatorOf(text.replace(/^\ufeff/, ""), names);
  const [rows, rest] = [[], breather()];
  const source = rowsOf(body, separator);
  for (;;) {
    const { value, done } = source.next();
    if (done) return { header: rows.shift() ?? [], rows, separator, fault: value };
    rows.push(value);
    if (rows.length % 1000 === 0) await rest();
  }
}

/** What `tagship predict` would refuse or ask about, in a sentence; undefined where a table can be scored as it is. */
function faultOf({ header, rows, separator, fault }, features) {
  if (fault) return fault;
  const missing = features.filter(({ name }) => !header.includes(name)).map(({ name }) => name);
  if (missing.length && /^[[{]/.test(header[0])) return "The text is JSON: save the table as CSV, or give the file to 'tagship predict'.";
  if (!rows.length) return "There are no rows: a header line and at least one row below it are needed.";
  if (missing.length) return `Missing columns: ${missing.join(", ")}. The table has ${header.join(", ")}.`;
  const twice = header.find((name, place) => name !== "" && header.indexOf(name) !== place);
  if (twice !== undefined) return `The table has more than one column ${twice}; leave one.`;
  const uneven = rows.findIndex((row) => row.length !== header.length);
  if (uneven >= 0) {
    return `Row ${uneven + 1} has ${rows[uneven].length} cells, the header has ${header.length}; mend the file.`;
  }
  for (const { name, first } of features.filter(({ kind }) => kind === "date")) {
    const fault = faultOfDates(name, rows.map((row) => row[header.indexOf(name)].trim()), first);
    if (fault) return fault;
  }
  for (const { name, percent } of features.filter(isNumber)) {
    const fault = numberFault(name, rows, header.indexOf(name), separator) ?? (percent && shareFault(name, rows, header.indexOf(name)));
    if (fault) return fault;
  }
  return undefined;
}

/** What is wrong with a column of dates of which some may begin with their day or their month, or lack a zone. */
function faultOfDates(name, cells, first) {
  const orders = cells.map((cell) => [cell, ...(/^(\d{1,2})[-/](\d{1,2})[-/]\d{4}/.exec(cell)?.slice(1) ?? []).map(Number)]);
  const slashed = orders.filter((parts) => parts.length > 1);
  const other = slashed.find(([, one, next]) => (first === "day" ? next : first === "month" ? one : 99) > 12);
  if (other && first === null) {
    return `'${other[0]}' in column ${name} begins with its day or its month, which training had no such dates to tell; spell it as 2024-12-31, or use 'tagship predict'.`;
  }
  if (other) return `'${other[0]}' in column ${name} does not have its ${first} first, as in training; 'tagship predict' finds what the table has.`;
  const timed = cells.filter((cell) => /\d:\d\d/.test(cell));
  const zoned = timed.find((cell) => /(Z|UTC|[+-]\d\d(:?\d\d)?)$/i.test(cell));
  const bare = timed.find((cell) => !/(Z|UTC|[+-]\d\d(:?\d\d)?)$/i.test(cell));
  if (zoned && bare) return `Column ${name} holds '${zoned}', a time with a zone, and '${bare}', one without; spell all of them alike.`;
  return undefined;
}

const isNumber = ({ kind }) => kind === "numeric" || kind === "offset";

const SHARE = /^\s*([+-]?\d+(?:\.\d+)?)\s*%\s*$/;

/** The number that a share such as 92.4 % is, as a text; any other text as it is. */
const shareOf = (text) => text.replace(SHARE, (_, number) => String(Number(`${number}e-2`)));

/** A cell of a column of shares that has no percent sign, in a sentence: 12 may be 12 %, or 1200 %. */
function shareFault(name, rows, place) {
  const bare = rows.find((row) => /\d/.test(row[place]) && !SHARE.test(row[place]));
  return bare && `'${bare[place].trim()}' in column ${name} is no share as training's cells were, such as 12 % for 0.12; spell all of them so.`;
}

/** What is not clear about the numbers of a column, in a sentence. */
function numberFault(name, rows, place, separator) {
  const comma = rows.find((row) => row[place].includes(",") && /^[+-]?[\d.]*\d,\d+\s*%?$/.test(row[place].trim()));
  if (comma) return `'${comma[place].trim()}' in column ${name} has a comma, which this page does not read; 'tagship predict' does.`;
  if (separator === ",") return undefined;
  const dotted = rows.map((row) => row[place].trim()).filter((cell) => cell.includes("."));
  if (!dotted.length || !dotted.every((cell) => /^[+-]?[1-9]\d{0,2}(\.\d{3})+$/.test(cell))) return undefined;
  const whole = dotted[0].replaceAll(".", "");
  return `'${dotted[0]}' in column ${name} may be ${whole} or a fraction; use commas between cells, or 'tagship predict'.`;
}

/** A function that gives of a row the cells of the features, empty where a number is missing, of shares their number. */
function cellsOf(header, features) {
  const places = features.map((feature) => [header.indexOf(feature.name), isNumber(feature), feature.percent]);
  const cellOf = (text, number, percent) => (number && MISSING.has(text.trim()) ? "" : percent ? shareOf(text) : text);
  return (row) => places.map(([place, number, percent]) => cellOf(row[place], number, percent));
}

/** A sentence on words that the model does not know, of which it makes nothing; empty where it knows all. */
function unknownIn({ header, rows }, features) {
  let [count, first] = [0, ""];
  for (const { name, values } of features.filter(({ kind }) => kind === "category")) {
    const [place, known] = [header.indexOf(name), new Set(values).add("")];
    for (const row of rows) {
      if (known.has(row[place])) continue;
      first ||= `'${row[place]}' in ${name}`;
      count++;
    }
  }
  return count ? ` Words that the model does not know: ${count}, such as ${first}.` : "";
}

/** First characters that a spreadsheet computes: signs, also wide and small ones, and after blanks that some skip. */
const BLANK = "[\\0-\\x20\\x7f-\\xa0\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u2064\\u3000\\ufeff]";
const FORMULA = new RegExp(`^([\\t\\r\\n]|${BLANK}*[-=+@\\uff0d\\uff1d\\uff0b\\uff20\\ufe63\\ufe66\\ufe62\\ufe6b])`);

/** A text whose parts that a spreadsheet might compute begin with an apostrophe, as `tagship predict` writes labels. */
const neutral = (text) =>
  text.split(";").map((part) => (FORMULA.test(part) && !/^[+-]?[0-9]+([.,][0-9]+)?$/.test(part) ? `'${part}` : part)).join(";");

/** Lists of texts as lines of a CSV; cells of the table that was given stay what they were. */
function writeRows(rows) {
  const quote = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => row.map(String).map(quote).join(",") + "\r\n").join("");
}
