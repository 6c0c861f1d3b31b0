// The page's own part; the engine and the contract are the npm package's, as `tagship` above.
"use strict";

const element = (id) => document.getElementById(id);
const FEW = 12; // labels that are all shown, in their own order
const CHUNK = 500; // rows that are scored before the page may draw again
const SHOWN = 50; // rows of a table that are shown; all of them are saved

/** An element with properties and children. */
function make(kind, properties = {}, ...children) {
  const made = Object.assign(document.createElement(kind), properties);
  made.append(...children);
  return made;
}

const figure = (value) => String(Number(value.toPrecision(4)));

/** One control per kind of feature: `field` to show, `get()` for its value as a cell, `set(cell)`. */
const CONTROLS = {
  numeric(feature, known) {
    const input = make("input", { inputMode: "decimal", spellcheck: false });
    const ranged = known?.low < known?.high;
    const slider = ranged && make("input", { type: "range", min: known.low, max: known.high, step: "any" });
    const set = (cell) => {
      input.value = cell ?? "";
      if (slider) slider.value = Number(cell ?? known.median);
    };
    if (slider) {
      slider.ariaLabel = `${feature.name}, as a slider`;
      slider.addEventListener("input", () => (input.value = figure(Number(slider.value))));
      input.addEventListener("input", () => (slider.value = Number(input.value) || known.median));
    }
    const hints = [
      ranged && `${figure(known.low)} to ${figure(known.high)} in training, median ${figure(known.median)}`,
      feature.fill === null ? "a number is needed" : `empty: ${figure(feature.fill)} is taken`,
    ];
    return { input, parts: slider ? [slider] : [], hint: hints.filter(Boolean).join("; "), get: () => input.value, set };
  },
  category(feature) {
    const words = feature.values.includes("") ? feature.values : ["", ...feature.values];
    const input = make("select", {}, ...words.map((word) => make("option", { value: word, textContent: word || "(missing)" })));
    const set = (cell) => {
      const word = cell === null ? "" : String(cell);
      if (!words.includes(word)) {
        words.push(word);
        input.append(make("option", { value: word, textContent: `${word} (unknown)` }));
      }
      input.value = word;
    };
    return { input, parts: [], hint: "", get: () => input.value, set };
  },
  text(_, known) {
    const input = make("textarea", { rows: 5 });
    const hint = known?.ngrams ? `known words in training: ${figure(known.ngrams)} on average` : "";
    return { input, parts: [], hint, get: () => input.value, set: (cell) => (input.value = cell ?? "") };
  },
  /** A number of which the model sees what is left after another. */
  offset(feature, known) {
    return CONTROLS.numeric(feature, known);
  },
  /** Seconds, or a duration as people spell it. */
  duration(feature, known) {
    return CONTROLS.numeric(feature, known);
  },
  /** A date, with a time where an example has one; training's dates are days since 1970. */
  date(feature, known) {
    const input = make("input", { type: "date" });
    const day = (days) => new Date(Math.floor(days) * 86_400_000).toISOString().slice(0, 10);
    const set = (cell) => {
      const text = typeof cell === "number" ? day(cell) : (cell ?? "");
      const [date, time] = [/^\d{4}-\d\d-\d\d$/.test(text), /^\d{4}-\d\d-\d\dT\d\d:\d\d(:[\d.]+)?$/.test(text)];
      if (text) input.type = date ? "date" : time ? "datetime-local" : "text";
      input.step = time ? "0.001" : "";
      input.value = text;
    };
    const hints = [
      known && `${day(known.low)} to ${day(known.high)} in training`,
      feature.fill === null ? "a date is needed" : `empty: ${feature.fill} is taken`,
    ];
    return { input, parts: [], hint: hints.filter(Boolean).join("; "), get: () => input.value, set };
  },
  other() {
    const input = make("input");
    return { input, parts: [], hint: "", get: () => input.value, set: (cell) => (input.value = cell ?? "") };
  },
  /** Input that is no table: the numbers as JSON. */
  array(shape) {
    const input = make("textarea", { rows: 6, spellcheck: false });
    const get = () => {
      try {
        return JSON.parse(input.value);
      } catch {
        return null;
      }
    };
    return { input, parts: [], hint: `JSON, of shape ${shape.join(" x ")}`, get, set: (row) => (input.value = JSON.stringify(Array.from(row))) };
  },
};

/** A control in its place, with a name and room for what is wrong with its value. */
function field(name, control, number) {
  control.input.id = `field-${number}`;
  const hint = make("p", { className: "fine", textContent: control.hint });
  const whole = control.input.tagName === "TEXTAREA" ? " whole" : "";
  const label = make("label", { htmlFor: control.input.id, textContent: name });
  const box = make("div", { className: `field${whole}` }, label, control.input, ...control.parts, hint);
  const say = (text) => {
    hint.textContent = text ?? control.hint;
    hint.classList.toggle("bad", text !== undefined);
    control.input.setAttribute("aria-invalid", String(text !== undefined));
  };
  return { ...control, name, box, say };
}

/** The text of a file: UTF-8, or UTF-16 with its mark; undefined where it is neither, so that no letter is guessed. */
function textOf(bytes) {
  const [first, second] = new Uint8Array(bytes.slice(0, 2));
  const marked = { 0xfffe: "utf-16le", 0xfeff: "utf-16be" }[(first << 8) | second];
  try {
    return new TextDecoder(marked ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Rows of a CSV as lists of texts; quoted cells may hold separators, quotes and line ends. */
function parseTable(text) {
  const body = text.replace(/^\ufeff/, "");
  const first = body.slice(0, body.search(/[\r\n]|$/));
  const separator = ["\t", ";", ","].find((mark) => first.includes(mark)) ?? ",";
  const rows = [];
  let [row, cell, quoted] = [[], "", false];
  const end = () => {
    row.push(cell);
    if (row.length > 1 || row[0] !== "") rows.push(row);
    [row, cell] = [[], ""];
  };
  for (let at = 0; at < body.length; at++) {
    const mark = body[at];
    if (quoted) {
      if (mark !== '"') cell += mark;
      else if (body[at + 1] === '"') cell += body[++at];
      else quoted = false;
    } else if (mark === '"' && cell === "") quoted = true;
    else if (mark === separator) {
      row.push(cell);
      cell = "";
    } else if (mark === "\n" || mark === "\r") {
      if (mark === "\r" && body[at + 1] === "\n") at++;
      end();
    } else cell += mark;
  }
  if (cell !== "" || row.length > 0) end();
  return { rows, separator, open: quoted };
}

/** What `tagship predict` would refuse or ask about, in a sentence; undefined where a table can be scored as it is. */
function faultOf({ rows: [header, ...body], separator, open }, features) {
  const missing = features.filter(({ name }) => !header.includes(name)).map(({ name }) => name);
  if (missing.length) return `Missing columns: ${missing.join(", ")}. The table has ${header.join(", ")}.`;
  if (open) return "A quote is opened and never closed; mend the file.";
  const twice = features.find(({ name }) => header.indexOf(name) !== header.lastIndexOf(name));
  if (twice) return `The table has more than one column ${twice.name}; leave one.`;
  const uneven = body.findIndex((row) => row.length !== header.length);
  if (uneven >= 0) {
    return `Row ${uneven + 1} has ${body[uneven].length} cells, the header has ${header.length}; mend the file.`;
  }
  for (const { name, first } of features.filter(({ kind }) => kind === "date")) {
    const fault = faultOfDates(name, body.map((row) => row[header.indexOf(name)].trim()), first);
    if (fault) return fault;
  }
  for (const { name, kind } of features.filter(({ kind }) => kind === "numeric" || kind === "offset")) {
    const cells = body.map((row) => row[header.indexOf(name)].trim());
    const comma = cells.find((cell) => /^[+-]?[\d.]*\d,\d+$/.test(cell));
    if (comma) return `'${comma}' in column ${name} has a comma, which this page does not read; 'tagship predict' does.`;
    const dotted = cells.filter((cell) => cell.includes("."));
    if (separator !== "," && dotted.length && dotted.every((cell) => /^[+-]?\d{1,3}(\.\d{3})+$/.test(cell))) {
      const whole = dotted[0].replaceAll(".", "");
      return `'${dotted[0]}' in column ${name} may be ${whole} or a fraction; use commas between cells, or 'tagship predict'.`;
    }
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

/** A sentence on words that the model does not know, of which it makes nothing; empty where it knows all. */
function unknownIn([header, ...body], features) {
  const words = features.filter(({ kind }) => kind === "category").flatMap(({ name, values }) => {
    const place = header.indexOf(name);
    return body.map((row) => row[place]).filter((word) => word !== "" && !values.includes(word)).map((word) => `'${word}' in ${name}`);
  });
  return words.length ? ` Words that the model does not know: ${words.length}, such as ${words[0]}.` : "";
}

/** First characters that a spreadsheet computes: signs, also wide and small ones, and after blanks that some skip. */
const BLANK = "[\\0-\\x20\\x7f-\\xa0\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u2064\\u3000\\ufeff]";
const FORMULA = new RegExp(`^([\\t\\r\\n]|${BLANK}*[-=+@\\uff0d\\uff1d\\uff0b\\uff20\\ufe63\\ufe66\\ufe62\\ufe6b])`);

/** A text whose parts that a spreadsheet might compute begin with an apostrophe, as `tagship predict` writes labels. */
const neutral = (text) =>
  text.split(";").map((part) => (FORMULA.test(part) && !/^[+-]?[0-9]+([.,][0-9]+)?$/.test(part) ? `'${part}` : part)).join(";");

/** Lists of texts as a CSV; cells of the table that was given stay what they were. */
function writeTable(rows) {
  const quote = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => row.map(String).map(quote).join(",") + "\r\n").join("");
}

/** How a word is written for a shell. */
const shell = (word) => (/^[\w.,=+/:@%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** A golden row as a caller would give it, one of a seed computed. */
const goldenRow = ({ contract: { golden, input } }, number) => tagship.repeated(golden.rows[number], input);

/** How many golden rows come out as they were exported: scores within the tolerance, decisions the same. */
async function agreeing(model) {
  const { scores, decisions, tolerance } = model.contract.golden;
  const rows = scores.map((_, number) => goldenRow(model, number));
  const found = await model.scoresBatch(rows);
  return rows.filter((_, row) => {
    const on = model.decide(found[row]);
    return scores[row].every((want, label) => {
      const near = Math.abs(found[row][label] - want) <= tolerance;
      const open = Math.abs(want - model.thresholds[label]) <= tolerance;
      return near && (open || on[label] === decisions[row][label]);
    });
  }).length;
}

function prove(text, good) {
  element("proof").textContent = text;
  element("proof").classList.add(good ? "good" : "bad");
}

async function start() {
  const bytes = Uint8Array.from(atob(element("model").textContent.trim()), (mark) => mark.charCodeAt(0));
  const model = await tagship.load(bytes, tagship.plain(), { selftest: false });
  const { golden } = model.contract;
  if (golden === null) prove("This model has no golden rows, so nothing shows that this browser computes it rightly.", false);
  else {
    const right = await agreeing(model);
    const good = right === golden.rows.length;
    prove(`${right} of ${golden.rows.length} golden rows agree in this browser${good ? "" : ": do not trust what it shows"}`, good);
  }
  document.querySelector("main").hidden = false;
  const answers = showAnswers(model);
  showRow(model, JSON.parse(element("known").textContent).features, answers);
  showTable(model, answers);
}

/** The form; what is changed in it is scored. */
function showRow(model, known, answers) {
  const { features, input, golden } = model.contract;
  const fields = features
    ? features.map((feature, at) => {
        const control = (CONTROLS[feature.kind] ?? CONTROLS.other)(feature, known?.[at]);
        return field(feature.name, control, at);
      })
    : [field("row", CONTROLS.array(input.shape.slice(1)), 0)];
  element("fields").append(...fields.map(({ box }) => box));
  element("find").hidden = fields.length <= 20;
  element("find").addEventListener("input", ({ target }) => {
    for (const { name, box } of fields) box.hidden = !name.toLowerCase().includes(target.value.toLowerCase());
  });

  let asked = 0;
  const score = async () => {
    const number = ++asked;
    for (const { say } of fields) say();
    try {
      const cells = fields.map(({ get }) => get());
      const scores = await model.scores(features ? cells : cells[0]);
      if (number === asked) answers.show(scores);
    } catch (error) {
      if (number !== asked) return;
      const at = features ? fields.findIndex(({ name }) => name === error.column) : 0;
      fields[at]?.say(error.message.replace(/^row 0, column '.*?': /s, ""));
      answers.fail(error.message.replace(/^row 0, /, ""));
    }
  };
  let example = 0;
  const show = () => {
    const row = golden && goldenRow(model, example++ % golden.rows.length);
    if (row) fields.forEach(({ set }, at) => set(features ? row[at] : row));
    else if (known) fields.forEach(({ set }, at) => set(known[at].median ?? null));
    score();
  };
  element("example").hidden = !golden || golden.rows.length < 2;
  element("example").addEventListener("click", show);
  element("row").addEventListener("input", ({ target }) => target.id !== "find" && score());
  element("row").addEventListener("submit", (event) => event.preventDefault());
  show();
}

/** Bars for scores and sliders for thresholds; `thresholded` is the model with those that were chosen. */
function showAnswers(model) {
  const moved = new Map();
  const answers = { thresholded: model, show, fail };
  let scores = null;
  let all = model.labels.length <= FEW;

  const lines = model.labels.map((label, at) => {
    const figures = make("span", { className: "figures" });
    const slider = make("input", { type: "range", min: 0.001, max: 0.999, step: 0.001, value: model.thresholds[at] });
    slider.ariaLabel = `Threshold of ${label}`;
    const track = make("div", { className: "track" }, make("i"), slider);
    const line = make("div", { className: "line" }, make("bdi", { className: "name", textContent: label }), figures);
    slider.addEventListener("input", () => {
      moved.set(label, Number(slider.value));
      apply();
    });
    return { label, at, figures, slider, track, box: make("div", { className: "answer" }, line, track) };
  });
  element("labels").append(...lines.map(({ box }) => box));
  element("more").addEventListener("click", () => {
    all = true;
    draw();
  });
  element("reset").addEventListener("click", () => {
    moved.clear();
    for (const { slider, at } of lines) slider.value = model.thresholds[at];
    apply();
  });

  function apply() {
    answers.thresholded = model.withThresholds(Object.fromEntries(moved));
    element("reset").hidden = element("flags").hidden = moved.size === 0;
    const flags = [...moved].map(([label, threshold]) => `--threshold ${shell(`${label}=${threshold}`)}`);
    element("flags").querySelector("textarea").value = flags.join(" ");
    draw();
  }

  function draw() {
    const { thresholds } = answers.thresholded;
    const on = scores && answers.thresholded.decide(scores);
    const order = [...lines];
    if (scores && lines.length > FEW) order.sort((a, b) => on[b.at] - on[a.at] || scores[b.at] - scores[a.at]);
    order.forEach(({ at, figures, slider, track, box }, place) => {
      box.hidden = !all && place >= FEW;
      box.style.order = place;
      if (box.hidden) return;
      figures.textContent = `${scores ? scores[at].toFixed(3) : "\u2013"}, on from ${figure(thresholds[at])}`;
      slider.ariaValueText = `${figure(thresholds[at])}, the score is ${scores ? scores[at].toFixed(3) : "not known"}`;
      track.style.setProperty("--score", scores ? scores[at] : 0);
      box.classList.toggle("on", Boolean(on?.[at]));
    });
    element("more").hidden = all;
    if (!on) return;
    const names = model.labels.filter((_, at) => on[at]);
    element("summary").textContent = names.length ? `On: ${names.join(", ")}` : "No label is on.";
  }

  function show(found) {
    scores = found;
    draw();
  }

  function fail(message) {
    scores = null;
    draw();
    element("summary").textContent = message;
  }

  return answers;
}

/** A whole CSV, scored in pieces so that the page stays usable. */
function showTable(model, answers) {
  let result = null;
  let run = 0;
  const say = (text) => (element("progress").textContent = text);

  async function score(text) {
    const number = ++run;
    element("save").hidden = element("rows").hidden = true;
    if (text === undefined) {
      return say("The file is no text in UTF-8 or UTF-16: save it as CSV in UTF-8, or give 'tagship predict' its --encoding.");
    }
    const table = parseTable(text);
    const [header, ...body] = table.rows;
    const { features } = model.contract;
    if (!features) return say("This model's input is no table, so a CSV does not fit.");
    if (!body.length) return say("There are no rows: a header line and at least one row below it are needed.");
    const fault = faultOf(table, features);
    if (fault) return say(fault);
    const places = features.map(({ name }) => header.indexOf(name));
    const predictor = answers.thresholded;
    const scored = [[...header, "labels", ...model.labels.map((label) => neutral(`score:${label}`)), "error"]];
    let bad = 0;
    for (let first = 0; first < body.length; first += CHUNK) {
      const chunk = body.slice(first, first + CHUNK);
      const found = await scoresOf(predictor, chunk.map((row) => places.map((place) => row[place] ?? "")));
      if (number !== run) return undefined; // another table came meanwhile
      chunk.forEach((row, at) => {
        const cells = header.map((_, place) => row[place] ?? "");
        const { scores, error } = found[at];
        bad += error ? 1 : 0;
        const names = scores ? neutral(predictor.names(scores).join(";")) : "";
        scored.push([...cells, names, ...model.labels.map((_, label) => (scores ? scores[label] : "")), neutral(error ?? "")]);
      });
      say(`${Math.min(first + CHUNK, body.length)} of ${body.length} rows`);
      await new Promise((done) => setTimeout(done));
    }
    result = scored;
    const counted = bad ? `${body.length - bad} of ${body.length} rows scored; the others have an error.` : `${body.length} rows scored.`;
    say(`${counted}${unknownIn(table.rows, features)}${body.length > SHOWN ? ` The first ${SHOWN} are shown, all are saved.` : ""}`);
    element("save").hidden = element("rows").hidden = false;
    const cell = (kind, text) => make(kind, { textContent: text });
    const shown = scored.slice(1, SHOWN + 1).map((row, at) => {
      const told = row.at(-1) || row[header.length] || "none";
      return make("tr", {}, cell("td", at + 1), cell("td", told), ...row.slice(0, header.length).map((text) => cell("td", text)));
    });
    const head = make("tr", {}, cell("th", "row"), cell("th", "labels"), ...header.map((name) => cell("th", name)));
    element("rows").replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...shown)));
    return undefined;
  }

  element("score").addEventListener("click", () => score(element("paste").value));
  const open = async (file) => file && score(textOf(await file.arrayBuffer()));
  document.querySelector("input[type=file]").addEventListener("change", ({ target }) => open(target.files[0]));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    open(event.dataTransfer.files[0]);
  });
  element("save").addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob(["\ufeff", writeTable(result)], { type: "text/csv" }));
    make("a", { href: address, download: "scored.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });
}

/** Scores of rows; where one of them cannot be read, each on its own, so that the others are not lost. */
async function scoresOf(predictor, rows) {
  try {
    return (await predictor.scoresBatch(rows)).map((scores) => ({ scores }));
  } catch {
    const each = [];
    for (const row of rows) {
      try {
        each.push({ scores: await predictor.scores(row) });
      } catch (error) {
        each.push({ error: error.message.replace(/^row 0, /, "") });
      }
    }
    return each;
  }
}

start().catch((error) => prove(error.message, false));
