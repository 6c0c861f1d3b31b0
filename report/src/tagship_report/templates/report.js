"use strict";
// The page is complete without this; it adds sliders and sorting. Names reach the page as text, never as markup.
document.documentElement.classList.add("js");

const fixed = (value, digits = 3) => (Number.isNaN(value) ? "–" : value.toFixed(digits));
const short = (value) => (value >= 0.01 ? fixed(value) : String(Number(value.toPrecision(2))));

function figures(label, at, rows) {
  const right = label.right[at], on = right + label.wrong[at];
  return {
    on, right,
    threshold: label.thresholds[at],
    precision: on ? right / on : NaN,
    recall: label.positives ? right / label.positives : NaN,
    f1: on + label.positives ? (2 * right) / (on + label.positives) : 0,
    share: on / rows,
  };
}

// One argument of a POSIX shell; a name that starts with a dash would be read as an option.
function flag(name, threshold) {
  const text = `${name}=${threshold}`;
  const quoted = /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
  return `--threshold${name.startsWith("-") ? "=" : " "}${quoted}`;
}

function sliders(data) {
  const [left, top, width, height] = data.box; // where the unit square lies in a plot
  const cards = [...document.querySelectorAll("article[data-number]")].map((card) => ({
    label: data.labels[Number(card.dataset.number)],
    slider: card.querySelector("input"),
    point: card.querySelector(".now"),
    cells: Object.fromEntries([...card.querySelectorAll("[data-is]")].map((cell) => [cell.dataset.is, cell])),
  }));
  const text = document.getElementById("flags-text"), macro = document.getElementById("macro");
  const told = document.getElementById("told"), box = document.getElementById("flags");

  function show({ label, slider, point, cells }) {
    const now = figures(label, Number(slider.value), data.rows);
    cells.threshold.textContent = short(now.threshold);
    for (const name of ["precision", "recall", "f1"]) cells[name].textContent = fixed(now[name]);
    cells.on.textContent = now.on.toLocaleString("en-US");
    slider.setAttribute(
      "aria-valuetext",
      `${short(now.threshold)}: precision ${fixed(now.precision)}, recall ${fixed(now.recall)}, F1 ${fixed(now.f1)}`,
    );
    if (point) {
      const drawn = !Number.isNaN(now.precision) && !Number.isNaN(now.recall);
      point.style.visibility = drawn ? "visible" : "hidden";
      if (drawn) {
        point.setAttribute("cx", (left + now.recall * width).toFixed(1));
        point.setAttribute("cy", (top + (1 - now.precision) * height).toFixed(1));
      }
    }
  }

  function total() {
    const moved = cards.filter(({ label, slider }) => Number(slider.value) !== label.chosen);
    text.value = moved.map(({ label, slider }) => flag(label.name, label.thresholds[slider.value])).join(" ");
    told.textContent = "";
    box.classList.toggle("moved", moved.length > 0); // then it stays in view below the sliders
    text.rows = Math.min(5, Math.max(2, Math.ceil(text.value.length / 80)));
    if (cards.length < data.labelCount) return;
    const mean = (at) => cards.reduce((sum, card) => sum + figures(card.label, at(card), data.rows).f1, 0) / cards.length;
    const now = mean((card) => Number(card.slider.value)), tuned = mean((card) => card.label.chosen);
    macro.textContent = `macro-F1 ${fixed(now)}${moved.length ? `, as tuned ${fixed(tuned)}` : " as tuned"}`;
  }

  for (const card of cards) {
    card.slider.value = card.label.chosen; // browsers restore what a form held before a reload
    show(card);
    card.slider.addEventListener("input", () => { show(card); total(); });
  }
  document.getElementById("reset").addEventListener("click", () => {
    for (const card of cards) { card.slider.value = card.label.chosen; show(card); }
    total();
    told.textContent = "All thresholds are as tuned.";
  });
  document.getElementById("copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      text.select(); // where a page from disk may not use the clipboard
      document.execCommand("copy");
    }
    told.textContent = text.value ? "Copied." : "Nothing to copy: no threshold was moved.";
  });
  total();
}

function sorting(table) {
  const headings = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  headings.forEach((heading, column) => {
    const button = heading.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const rising = heading.getAttribute("aria-sort") !== "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
      const numeric = heading.classList.contains("n");
      const key = (row) => row.cells[column].textContent;
      const value = (row) => Number(key(row).replaceAll(",", ""));
      const rows = [...body.rows].sort((a, b) =>
        (rising ? 1 : -1) * (numeric ? value(a) - value(b) : key(a).localeCompare(key(b), "en")));
      body.append(...rows);
    });
  });
}

// Tables that a style sheet stacks are no tables to some screen readers any more, unless they say so.
function roles(table) {
  table.setAttribute("role", "table");
  for (const part of table.querySelectorAll("thead, tbody")) part.setAttribute("role", "rowgroup");
  for (const row of table.rows) {
    row.setAttribute("role", "row");
    for (const cell of row.cells)
      cell.setAttribute("role", cell.tagName === "TD" ? "cell" : cell.scope === "row" ? "rowheader" : "columnheader");
  }
}

document.querySelectorAll("table.stacked").forEach(roles);
document.querySelectorAll("table.sortable").forEach(sorting);
const cuts = document.getElementById("cuts");
if (cuts) sliders(JSON.parse(cuts.textContent));
