"use strict";
// Every table can be sorted, filtered, copied and saved as CSV. Without this script it is whole as
// it is. What comes from a log is only ever text: no markup, and no formula for a spreadsheet.

// Money has 15 decimals, and a float would be off by cents in a sum.
const DIGITS = 18;
// A short table needs no filter.
const FEW = 8;

function scaled(text) {
  const [whole, part = ""] = text.replace("-", "").split(".");
  const amount = BigInt(whole + part.padEnd(DIGITS, "0").slice(0, DIGITS));
  return text.startsWith("-") ? -amount : amount;
}

// A sum as the page shows figures: dollars to the cent, counts whole.
function said(amount, kind) {
  const unit = 10n ** BigInt(kind === "count" ? DIGITS : DIGITS - 2);
  const size = amount < 0n ? -amount : amount;
  const rounded = (size + unit / 2n) / unit;
  const sign = amount < 0n ? "−" : "";
  if (rounded === 0n && size) return `${sign}<${kind === "count" ? 1 : "0.01"}`;
  const digits = String(rounded).padStart(3, "0");
  const whole = (kind === "count" ? String(rounded) : digits.slice(0, -2)).replace(/\B(?=(\d{3})+$)/g, ",");
  return sign + whole + (kind === "count" ? "" : `.${digits.slice(-2)}`);
}

// What is in a cell, for sorting: an exact figure, else its text; null for a dash.
function held(cell) {
  if ("v" in cell.dataset) return cell.dataset.v === "" ? null : scaled(cell.dataset.v);
  const text = cell.textContent.trim();
  if (text === "–" || text === "") return null;
  const figures = cell.tagName === "TD" && cell.closest(".figures") && /^[+−]?[\d,.]+( %)?$/.test(text);
  return figures ? scaled(text.replace(/[,+%\s]/g, "").replace("−", "-")) : text;
}

function compare(one, other, turn) {
  // What is unknown comes last, whichever way the rest is sorted.
  if (one === null || other === null) return (one === null) - (other === null);
  if (typeof one === "bigint" && typeof other === "bigint") return one < other ? -turn : one > other ? turn : 0;
  return turn * String(one).localeCompare(String(other), "en", { numeric: true });
}

function sortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      // Figures begin with the largest, names with A.
      const first = head.classList.contains("n") ? "descending" : "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const wanted = head.getAttribute("aria-sort") === first ? other : first;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", wanted);
      const turn = wanted === "ascending" ? 1 : -1;
      const body = table.tBodies[0];
      const rows = [...body.rows].map((row) => [row, held(row.cells[place])]);
      rows.sort(([a, one], [b, two]) => ("rest" in a.dataset) - ("rest" in b.dataset) || compare(one, two, turn));
      body.append(...rows.map(([row]) => row));
    });
  });
}

function shownRows(table) {
  return [...table.tBodies[0].rows].filter((row) => !row.hidden);
}

// The sum of the rows that are left, above the total of all.
function sumUp(table, isFiltered) {
  table.querySelector(".kept")?.remove();
  const heads = [...table.tHead.rows[0].cells];
  if (!isFiltered || !heads.some((head) => "sum" in head.dataset)) return;
  const row = (table.tFoot ?? table.createTFoot()).insertRow(0);
  row.className = "kept";
  heads.forEach((head, place) => {
    const cell = row.insertCell();
    if (!place) cell.textContent = "Rows shown";
    if (!("sum" in head.dataset)) return;
    const values = shownRows(table).map((each) => held(each.cells[place])).filter((each) => typeof each === "bigint");
    cell.dataset.v = "";
    cell.textContent = values.length ? said(values.reduce((sum, each) => sum + each, 0n), head.dataset.sum) : "–";
  });
}

function filterBox(table, status) {
  const box = document.createElement("input");
  box.type = "search";
  box.placeholder = "Rows that hold …";
  box.setAttribute("aria-label", `Filter: ${table.caption.textContent}`);
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    sumUp(table, words.length > 0);
    status.textContent = words.length ? `${shownRows(table).length} of ${table.tBodies[0].rows.length} rows` : "";
  });
  return box;
}

// Header and shown rows as text: figures with every digit, and no text that a spreadsheet would run.
function lines(table) {
  const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
  const rows = shownRows(table).map((row) => [...row.cells].map((cell) => {
    if ("v" in cell.dataset) return cell.dataset.v;
    const text = cell.textContent.trim();
    if (typeof held(cell) === "bigint") return text.replace(/[,+]/g, "").replace("−", "-");
    if (text === "–") return "";
    return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  }));
  return [heads, ...rows];
}

function asCsv(table) {
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return lines(table).map((cells) => cells.map(quoted).join(",")).join("\r\n") + "\r\n";
}

function asPasted(table) {
  return lines(table).map((cells) => cells.map((text) => text.replace(/\s+/g, " ")).join("\t")).join("\n");
}

function save(table) {
  const link = document.createElement("a");
  // The mark tells Excel that this is UTF-8.
  link.href = URL.createObjectURL(new Blob(["\ufeff", asCsv(table)], { type: "text/csv" }));
  const name = table.caption.textContent.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  link.download = `${name.slice(0, 60)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function copy(table, status) {
  try {
    await navigator.clipboard.writeText(asPasted(table));
    status.textContent = "Copied";
  } catch {
    status.textContent = "The browser does not let a page copy: take CSV";
  }
}

function button(label, about, work) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.setAttribute("aria-label", `${label}: ${about}`);
  made.addEventListener("click", work);
  return made;
}

document.querySelectorAll("main table").forEach((table) => {
  const about = table.caption.textContent;
  const tools = document.createElement("div");
  tools.className = "tools";
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  if (table.tBodies[0].rows.length >= FEW) tools.append(filterBox(table, status));
  tools.append(
    button("Copy", about, () => copy(table, status)),
    button("CSV", about, () => save(table)),
    status,
  );
  sortable(table);
  table.closest(".wide").before(tools);
});
