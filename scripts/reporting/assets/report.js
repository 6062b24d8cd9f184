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
  // A layer whose column or mark is not there would have no extent.
  if (chart.layer) {
    const has = (name) => table.querySelector(`th[data-field="${name}"]`) || rows.some((row) => name in row);
    spec.layer = chart.layer.filter(({ needs }) => !needs || has(needs)).map(({ needs, ...layer }) => layer);
  }
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

// Figures that a script file handed over (scripts/reporting/packed.py): fifteen bits of each letter.
async function unpack(name) {
  const text = window.PACKED[name];
  const bytes = new Uint8Array((text.length * 15) / 8);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let n = 0; n < text.length; n += 1) {
    held = (held << 15) | (text.charCodeAt(n) - 0x100);
    bits += 15;
    while (bits >= 8) {
      bits -= 8;
      bytes[at] = held >> bits;
      at += 1;
      held &= (1 << bits) - 1;
    }
  }
  const length = new DataView(bytes.buffer).getUint32(0);
  const stream = new Blob([bytes.subarray(4, 4 + length)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// A script file of the report, loaded once, when it is needed.
const loading = {};
function load(name) {
  loading[name] ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = `${document.body.dataset.root}assets/${name}.js`;
    script.onload = () => done(unpack(name));
    script.onerror = failed;
    document.head.append(script);
  });
  return loading[name];
}

function checksum(text) {
  let sum = -1;
  for (const byte of new TextEncoder().encode(text)) {
    sum ^= byte;
    for (let n = 0; n < 8; n += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

// Every request and trace of the report's days by its whole id (scripts/reporting/requests_index.py).
async function lookUp(id) {
  const about = JSON.parse(new TextDecoder().decode(await load("requests")));
  const width = 2 ** 32 / about.shards;
  const mark = checksum(id.toLowerCase());
  const bytes = await load(`requests-${String(Math.floor(mark / width)).padStart(2, "0")}`);
  const count = new DataView(bytes.buffer).getUint32(0, true);
  let start = 4;
  const column = (size) => {
    const from = start;
    start += size * count;
    return (n) => {
      let value = 0;
      for (let part = size - 1; part >= 0; part -= 1) value = value * 256 + bytes[from + part * count + n];
      return value;
    };
  };
  const [step, label, day, amount] = [column(4), column(3), column(2), column(4)];
  const hits = [];
  for (let n = 0, at = 0; n < count; n += 1) {
    at += step(n);
    if (at > mark % width) break;
    if (at < mark % width) continue;
    const [what, team, service, model] = about.labels[label(n)];
    const when = new Date(Date.parse(`${about.first}T00:00:00Z`) + 86400000 * day(n)).toISOString().slice(0, 10);
    const cost = amount(n);
    const said = cost === 0 ? "no price" : `USD ${cost === 1 ? "0.00" : cost === 2 ? "<0.01" : ((cost - 2) / 100).toFixed(2)}`;
    const search = new URLSearchParams({ from: when, to: when, team });
    const parts = [when, about.called[team] ?? team, service, model].filter((part) => part && part !== "(none)");
    hits.push({ what, id, more: `${parts.join(", ")}, ${said}`, to: `explore.html?${search}` });
  }
  return { hits, known: about.known };
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

  function add(hit) {
    const option = document.createElement("li");
    option.id = `found-${list.children.length}`;
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
  }

  function tell(text) {
    const none = document.createElement("li");
    none.textContent = text;
    list.append(none);
  }

  function show() {
    const wanted = input.value.trim();
    list.replaceChildren();
    if (!wanted) return close();
    const hits = window.SEARCH.filter((entry) =>
      `${entry.id} ${entry.what === "Team" ? entry.more : ""}`.toLowerCase().includes(wanted.toLowerCase())).slice(0, 12);
    hits.forEach(add);
    list.hidden = false;
    chosen = -1;
    input.setAttribute("aria-expanded", "true");
    if (hits.some((hit) => hit.id.toLowerCase() === wanted.toLowerCase())) return;
    lookUp(wanted).then(({ hits: others, known }) => {
      // Somebody typed on.
      if (input.value.trim() !== wanted || list.hidden) return;
      others.forEach(add);
      if (hits.length || others.length) return;
      const searched = Object.entries(known).filter(([, [, there]]) => there).map(([what, [held, there]]) =>
        `${held < there ? `the costliest ${held.toLocaleString("en-US")} of` : "all"} ${there.toLocaleString("en-US")} ${what.toLowerCase()}s`);
      tell(`Nothing has this name or id. Searched: ${["names", ...searched].join(", ")} of the days of this report.`);
    }).catch(() => hits.length || tell("The list of all requests cannot be read by this browser."));
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
