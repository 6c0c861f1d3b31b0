// The page's own part; the engine and the contract are the npm package's, as `tagship` above.
"use strict";

const element = (id) => document.getElementById(id);
const FEW = 12; // labels that are all shown, in their own order
const CHUNK = 500; // rows that are scored together
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
  numeric(feature, known, unit = "") {
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
      ranged && `${figure(known.low)} to ${figure(known.high)}${unit} in training, median ${figure(known.median)}`,
      feature.percent && "12 % or 0.12",
      feature.fill === null ? "a number is needed" : `empty: ${figure(feature.fill)} is taken`,
    ];
    const get = () => (feature.percent ? shareOf(input.value) : input.value);
    return { input, parts: slider ? [slider] : [], hint: hints.filter(Boolean).join("; "), get, set };
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
    return CONTROLS.numeric(feature, known, " seconds");
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

/** A whole CSV, read and scored in pieces so that the page stays usable. */
function showTable(model, answers) {
  const { features } = model.contract;
  let saved = null; // parts of the result
  let run = 0;
  const say = (text) => (element("progress").textContent = text);

  async function score({ text, fault }) {
    const number = ++run;
    element("save").hidden = element("rows").hidden = true;
    if (!features) return say("This model's input is no table, so a CSV does not fit.");
    if (fault) return say(fault);
    say("Reading the table");
    const table = await parseTable(text, features.map(({ name }) => name));
    if (number !== run) return undefined;
    const misfit = faultOf(table, features);
    if (misfit) return say(misfit);
    const result = await scoreTable(table, model, answers.thresholded, (text) => {
      if (number === run) say(text);
      return number === run; // another table may have come meanwhile
    });
    if (number !== run) return undefined;
    saved = result.parts;
    const { length } = table.rows;
    const all = length === 1 ? "1 row" : `${length} rows`;
    const counted = result.bad ? `${length - result.bad} of ${all} scored; the others have an error.` : `${all} scored.`;
    say(`${counted}${unknownIn(table, features)}${length > SHOWN ? ` The first ${SHOWN} are shown, all are saved.` : ""}`);
    showRows(table, result.told);
    element("save").hidden = element("rows").hidden = false;
    return undefined;
  }

  element("score").addEventListener("click", () => score({ text: element("paste").value }));
  const open = async (file) => file && score(readText(await file.arrayBuffer()));
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
    const address = URL.createObjectURL(new Blob(["\ufeff", ...saved], { type: "text/csv" }));
    make("a", { href: address, download: "scored.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 600_000); // large results are written for a while
  });
}

/** Score a table's rows: parts of a CSV with labels and scores, what is told of the first rows, how many have an error. */
async function scoreTable({ header, rows }, model, predictor, goOn) {
  const [cells, rest] = [cellsOf(header, model.contract.features), breather()];
  const parts = [writeRows([[...header, "labels", ...model.labels.map((label) => neutral(`score:${label}`)), "error"]])];
  const told = [];
  let bad = 0;
  for (let first = 0; first < rows.length; first += CHUNK) {
    const chunk = rows.slice(first, first + CHUNK);
    const found = await scoresOf(predictor, chunk.map(cells));
    const lines = chunk.map((row, at) => {
      const { scores, error = "" } = found[at];
      bad += error ? 1 : 0;
      const names = scores ? neutral(predictor.names(scores).join(";")) : "";
      if (told.length < SHOWN) told.push(error || names || "none");
      return [...row, names, ...model.labels.map((_, label) => (scores ? scores[label] : "")), neutral(error)];
    });
    parts.push(new Blob([writeRows(lines)])); // which a browser may keep on disk
    if (!goOn(`${Math.min(first + CHUNK, rows.length)} of ${rows.length} rows`)) break;
    await rest();
  }
  return { parts, told, bad };
}

/** The first rows, with what was found. */
function showRows({ header, rows }, told) {
  const cell = (kind, text) => make(kind, { textContent: text });
  const line = (kind, texts) => make("tr", {}, ...texts.map((text) => cell(kind, text)));
  const shown = told.map((labels, at) => line("td", [at + 1, labels, ...rows[at]]));
  const head = line("th", ["row", "labels", ...header]);
  element("rows").replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...shown)));
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
