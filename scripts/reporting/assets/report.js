"use strict";
// Draws each chart from the table below it, and answers the search box.

// Colours are CSS variables, so light, dark and print need no second drawing.
const CONFIG = {
  background: null,
  // The measured width of a text must be that of the font it is drawn in.
  font: getComputedStyle(document.body).fontFamily,
  view: { stroke: null },
  axis: {
    labelColor: "var(--soft)", titleColor: "var(--soft)", gridColor: "var(--line)",
    domainColor: "var(--line)", tickColor: "var(--line)", labelFontSize: 12,
    titleFontSize: 12, titleFontWeight: "normal",
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false },
  legend: { labelColor: "var(--ink)", labelFontSize: 12 },
  text: { color: "var(--ink)", fontSize: 12 },
  range: { category: [1, 2, 3, 4, 5, 6].map((n) => `var(--series-${n})`) },
};

// A cell as people read it, as a number: 1,234.56 or −3.2 %; null for a dash.
function number(cell) {
  const text = cell.textContent.trim();
  if (text === "–") return null;
  if (text.includes("<")) return 0;
  const value = Number(text.replace(/[,%\s]/g, "").replace("−", "-").replace("+", ""));
  return text.endsWith("%") ? value / 100 : value;
}
const value = (cell) => (cell.tagName === "TD" ? number(cell) : cell.textContent.trim());

// The rows of a table. Columns of a series become rows of their own: series, value, place.
function rowsOf(table) {
  const heads = [...table.tHead.rows[0].cells];
  const found = [];
  for (const row of table.tBodies[0].rows) {
    const cells = [...row.cells];
    const fixed = {};
    cells.forEach((cell, n) => {
      if ("series" in heads[n].dataset) return;
      Object.assign(fixed, cell.dataset, { [heads[n].dataset.field]: value(cell), says: cell.textContent.trim() });
    });
    const series = heads.flatMap((head, n) => ("series" in head.dataset ? [n] : []));
    if (!series.length) found.push(fixed);
    series.forEach((n, place) => {
      found.push({ ...fixed, ...cells[n].dataset, place, series: heads[n].textContent, value: number(cells[n]) });
    });
  }
  for (const row of found) for (const end of ["from", "to"]) if (end in row) row[end] = Number(row[end]);
  return found;
}

function draw(figure) {
  const table = figure.querySelector("table");
  const place = figure.querySelector(".plot");
  if (!table || !place) return;
  const rows = rowsOf(table);
  const chart = window.CHARTS[figure.dataset.chart];
  const spec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: "container",
    autosize: { type: "fit-x", contains: "padding" },
    ...chart,
    data: { values: rows },
  };
  // A height per row of the chart, as a number: with a step the drawing would not fit its width.
  const { step } = chart.height;
  if (step) spec.height = step * new Set(rows.map((row) => row[chart.encoding.y.field])).size;
  // `ast`: expressions are interpreted, because the page forbids eval.
  vegaEmbed(place, spec, {
    actions: false, renderer: "svg", ast: true, config: CONFIG, defaultStyle: false,
    tooltip: { disableDefaultStyle: true, theme: "report" },
  }).then(() => {
    // The drawing is one image with one description; its thousand marks are not for reading out.
    place.querySelector("svg")?.setAttribute("aria-hidden", "true");
    figure.dataset.drawn = "yes";
  }).catch((error) => {
    // The table says it all; show it instead of an empty frame.
    place.remove();
    figure.querySelector("details").open = true;
    console.error(error);
  });
}

// Figures that a script file handed over (scripts/reporting/packed.py).
async function unpack(name) {
  const bytes = Uint8Array.from(atob(window.PACKED[name]), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function search() {
  const input = document.getElementById("find");
  const list = document.getElementById("found");
  const root = document.body.dataset.root;
  let chosen = -1;

  function close() {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(step) {
    const options = [...list.querySelectorAll("[role=option]")];
    if (!options.length) return;
    chosen = (chosen + step + options.length) % options.length;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === chosen)));
    input.setAttribute("aria-activedescendant", options[chosen].id);
    options[chosen].scrollIntoView({ block: "nearest" });
  }

  function show() {
    const wanted = input.value.trim().toLowerCase();
    list.replaceChildren();
    if (!wanted) return close();
    const hits = window.SEARCH.filter((entry) =>
      `${entry.id} ${entry.what === "Team" ? entry.more : ""}`.toLowerCase().includes(wanted)).slice(0, 12);
    hits.forEach((hit, n) => {
      const option = document.createElement("li");
      option.id = `found-${n}`;
      option.setAttribute("role", "option");
      const link = document.createElement("a");
      link.href = root + hit.to;
      link.tabIndex = -1;
      const kind = document.createElement("b");
      kind.textContent = hit.what;
      const note = document.createElement("small");
      note.textContent = hit.more;
      // Text nodes only: a name from a log is never markup.
      link.append(kind, ` ${hit.id} `, note);
      option.append(link);
      list.append(option);
    });
    if (!hits.length) {
      const none = document.createElement("li");
      none.textContent = "Not among the costliest or the disputed. For any other request see analyses/ and docs/runbook.md.";
      list.append(none);
    }
    list.hidden = false;
    chosen = -1;
    input.setAttribute("aria-expanded", "true");
  }

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(1);
    else if (event.key === "ArrowUp") choose(-1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") list.querySelectorAll("[role=option] a")[Math.max(chosen, 0)]?.click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".find")) close();
  });
}

// A closed figure table must still be printed where the drawing says less than the figures.
document.querySelectorAll("figure[data-chart]").forEach(draw);
search();
