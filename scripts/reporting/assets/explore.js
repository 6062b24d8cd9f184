"use strict";
// The explorer: days, what they are compared with, and names to choose; all from assets/cube.js.
// Amounts are whole billionths of a dollar, and sums are exact. Names are text nodes, never markup.

const NANO = 10n ** 9n;
const NAMES = ["team", "service", "feature", "provider", "model", "environment"];
const SHOWN = 200;
const LAYERS = 5;
const DAY = 86400000;
const REASONS = [
  ["volume", "More or fewer calls"], ["mix", "Other mix of calls"], ["price", "Cost of a call"],
  ["new", "New"], ["gone", "Gone"],
];

const plainDay = (text) => Date.parse(`${text}T00:00:00Z`) / DAY;
const dayText = (day) => new Date(day * DAY).toISOString().slice(0, 10);
const wordy = (day, parts) => new Date(day * DAY).toLocaleDateString("en-GB", { timeZone: "UTC", ...parts });
const monthText = (text) => new Date(`${text}T00:00:00Z`).toLocaleDateString("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

// A billionth as text with every digit, as the other tables hold theirs.
function digits(amount) {
  const size = amount < 0n ? -amount : amount;
  const part = String(size % NANO).padStart(9, "0").replace(/0+$/, "");
  return `${amount < 0n ? "-" : ""}${size / NANO}${part ? `.${part}` : ""}`;
}
// To the cent; `said` of tables.js has eighteen digits.
const cents = (amount) => said(amount * NANO, "usd");
const signed = (amount) => (amount > 0n ? `+${cents(amount)}` : cents(amount));

// amount × number / whole, rounded half away from zero.
function shareOf(amount, number, whole) {
  if (!whole) return 0n;
  const product = 2n * amount * BigInt(number);
  const twice = 2n * BigInt(whole);
  const half = BigInt(whole) * (product < 0n ? -1n : 1n);
  return (product + half) / twice;
}

// Cost, calls and calls without a price of a row on days from one place to another, both inclusive.
function use([, cells, unpriced], from, to) {
  let cost = 0n;
  let calls = 0;
  let without = 0;
  for (let n = 0, day = 0; n < cells.length; n += 3) {
    day += cells[n];
    if (day > to) break;
    if (day < from) continue;
    cost += BigInt(cells[n + 1]);
    calls += cells[n + 2];
  }
  for (let n = 0; n < unpriced.length; n += 2) {
    if (unpriced[n] >= from && unpriced[n] <= to) without += unpriced[n + 1];
  }
  return { cost, calls, without };
}

// Why spend changed: the same parts as on the other pages (scripts/reporting/bridge.py).
function bridge(pairs) {
  const parts = { volume: 0n, mix: 0n, price: 0n, new: 0n, gone: 0n };
  let [before, after, oldCost] = [0n, 0n, 0n];
  let [callsBefore, callsAfter] = [0, 0];
  for (const { now, then } of pairs) {
    const [priced, pricedThen] = [now.calls - now.without, then.calls - then.without];
    if (!priced || !pricedThen) {
      parts.new += now.cost;
      parts.gone -= then.cost;
      continue;
    }
    before += then.cost;
    after += now.cost;
    callsBefore += pricedThen;
    callsAfter += priced;
    oldCost += shareOf(then.cost, priced, pricedThen);
  }
  parts.volume = shareOf(before, callsAfter - callsBefore, callsBefore);
  parts.mix = oldCost - before - parts.volume;
  parts.price = after - oldCost;
  return parts;
}

function make(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function explore(cube) {
  const first = plainDay(cube.first);
  const last = plainDay(cube.last);
  const months = cube.months.map(([from, to]) => [plainDay(from), plainDay(to)]);
  const isOver = ([, to]) => dayText(to + 1).endsWith("-01");
  const newest = months.at(-1);
  const asked = new URLSearchParams(location.search);
  // What people call a name; addresses and figures keep the id.
  const called = (kind, word) => cube.called[kind]?.[word] ?? word;
  const inside = (text, otherwise) => {
    const day = plainDay(text);
    return day >= first && day <= last ? day : otherwise;
  };
  const state = { from: inside(asked.get("from"), newest[0]), to: inside(asked.get("to"), newest[1]) };
  if (state.from > state.to) [state.from, state.to] = newest;
  const place = {};
  for (const [n, name] of NAMES.entries()) {
    const words = cube.names[name];
    state[name] = words.includes(asked.get(name)) ? words.indexOf(asked.get(name)) : -1;
    place[name] = n;
  }
  state.by = NAMES.includes(asked.get("by")) ? asked.get("by") : NAMES.find((name) => state[name] < 0) ?? "team";
  state.with = asked.get("with") ?? "before";

  // The days compared with: the month before over as many days, the days before, or a month.
  function other() {
    const month = months.findIndex(([from]) => from === state.from);
    const isMonth = month >= 0 && months[month][1] === state.to;
    if (state.with === "none") return null;
    const chosen = cube.months.findIndex(([from]) => from === state.with);
    let against = chosen >= 0 ? months[chosen] : isMonth && month > 0 ? months[month - 1] : null;
    if (!against) {
      const length = state.to - state.from + 1;
      return [Math.max(first, state.from - length), state.from - 1];
    }
    if (isMonth && isOver(months[month]) && isOver(against)) return against;
    if (!isMonth) return against;
    // A month that is not over counts as many days of the other.
    const open = [months[month], against].filter((each) => !isOver(each));
    const day = Math.min(...open.map(([, to]) => Number(dayText(to).slice(8))));
    const cut = ([from, to]) => [from, Math.min(to, plainDay(`${dayText(to).slice(0, 8)}01`) + day - 1)];
    return cut(against);
  }

  const chosenRows = () => cube.rows.filter(([names]) => NAMES.every((name) => state[name] < 0 || names[place[name]] === state[name]));

  function cell(row, text, exact) {
    const made = row.insertCell();
    made.textContent = text;
    if (exact !== undefined) made.dataset.v = exact;
    return made;
  }

  function groups(rows, against) {
    const found = new Map();
    for (const row of rows) {
      const name = row[0][place[state.by]];
      const now = use(row, state.from - first, state.to - first);
      const then = against ? use(row, against[0] - first, against[1] - first) : { cost: 0n, calls: 0, without: 0 };
      if (!now.calls && !then.calls) continue;
      const group = found.get(name) ?? { name: cube.names[state.by][name], cost: 0n, before: 0n, calls: 0, without: 0, rows: [], pairs: [] };
      group.cost += now.cost;
      group.before += then.cost;
      group.calls += now.calls;
      group.without += now.without;
      group.rows.push(row);
      group.pairs.push({ now, then });
      found.set(name, group);
    }
    return [...found.values()].sort((a, b) => (a.cost < b.cost ? 1 : a.cost > b.cost ? -1 : a.name < b.name ? -1 : 1));
  }

  function showParts(found, sums, against) {
    const table = document.querySelector("#by table");
    const heads = table.tHead.rows[0].cells;
    (heads[0].querySelector("button") ?? heads[0]).textContent = state.by[0].toUpperCase() + state.by.slice(1);
    const line = (section, group, isHead) => {
      const row = section.insertRow();
      if (isHead) {
        const head = make("th", undefined, { scope: "row" });
        const link = make("a", called(state.by, group.name), { href: address({ ...state, [state.by]: cube.names[state.by].indexOf(group.name), by: null }) });
        if (/^\(.*\)$/.test(group.name) && !cube.names[state.by].includes(group.name)) head.textContent = group.name;
        else head.append(link);
        row.append(head);
      } else cell(row, group.name);
      cell(row, cents(group.cost), digits(group.cost));
      const share = sums.cost ? Number((group.cost * 1000000n) / sums.cost) / 10000 : null;
      cell(row, share === null ? "–" : `${share.toFixed(1)} %`.replace("-", "−"), share === null ? "" : (share / 100).toFixed(6));
      const change = group.cost - group.before;
      cell(row, against ? signed(change) : "–", against ? digits(change) : "");
      cell(row, group.calls.toLocaleString("en-US"), String(group.calls));
      cell(row, group.without.toLocaleString("en-US"), String(group.without));
    };
    const body = table.tBodies[0];
    body.replaceChildren();
    found.slice(0, SHOWN).forEach((group) => line(body, group, true));
    const foot = table.tFoot ?? table.createTFoot();
    foot.replaceChildren();
    const rest = found.slice(SHOWN);
    if (rest.length) line(foot, { ...totals(rest), name: `${rest.length} others` });
    line(foot, { ...sums, name: "Total" });
  }

  function totals(found) {
    const sums = { cost: 0n, before: 0n, calls: 0, without: 0 };
    for (const group of found) for (const name of Object.keys(sums)) sums[name] += group[name];
    return sums;
  }

  function redraw(figure, rows, columns) {
    const table = figure.querySelector("table");
    const head = table.tHead.rows[0];
    if (columns) {
      head.replaceChildren(...columns.map(([field, label, isSeries]) =>
        make("th", label, { scope: "col", "data-field": field, ...(isSeries ? { "data-series": "" } : {}) })));
    }
    const body = table.tBodies[0];
    body.replaceChildren();
    table.className = "figures";
    for (const cells of rows) {
      const row = body.insertRow();
      for (const [n, each] of cells.entries()) {
        if (n === 0) row.append(make("th", each, { scope: "row" }));
        else {
          const made = cell(row, each.text);
          Object.assign(made.dataset, each.data ?? {});
        }
      }
    }
    figure.dataset.chart = figure.dataset.later;
    draw(figure);
  }

  function showWhy(found, sums, against) {
    document.getElementById("why").closest("section").hidden = !against;
    if (!against) return null;
    const parts = bridge(found.flatMap((group) => group.pairs));
    const steps = [[daysText(against), { text: cents(sums.before), data: { from: digits(sums.before), to: digits(sums.before), kind: "whole" } }]];
    let level = sums.before;
    for (const [name, label] of REASONS) {
      if (!parts[name]) continue;
      const next = level + parts[name];
      steps.push([label, { text: signed(parts[name]), data: { from: digits(level), to: digits(next), kind: parts[name] > 0n ? "more" : "less" } }]);
      level = next;
    }
    steps.push([daysText([state.from, state.to]), { text: cents(level), data: { from: digits(level), to: digits(level), kind: "whole" } }]);
    redraw(document.querySelector("[data-later=causes]"), steps);
    return parts;
  }

  function showDays(found) {
    const layers = found.slice(0, found.length > LAYERS + 1 ? LAYERS : LAYERS + 1);
    const rest = found.slice(layers.length);
    const columns = [["usage_date", "Day"], ...layers.map((group, n) => [`s${n}`, called(state.by, group.name), true])];
    if (rest.length) columns.push(["rest", `${rest.length} others`, true]);
    columns.push(["total", "Total"]);
    const lines = [];
    for (let day = state.from; day <= state.to; day += 1) {
      const of = (groups) => groups.flatMap((group) => group.rows).reduce((sum, row) => sum + use(row, day - first, day - first).cost, 0n);
      const cells = layers.map((group) => of([group]));
      if (rest.length) cells.push(of(rest));
      cells.push(cells.reduce((sum, amount) => sum + amount, 0n));
      const line = cells.map((amount) => ({ text: cents(amount) }));
      const odd = cube.odd.filter(([when, team]) => when === dayText(day) && (state.team < 0 || cube.names.team[state.team] === team));
      if (odd.length) line.at(-1).data = { odd: odd.map(([, team]) => called("team", team)).join(", ") };
      lines.push([dayText(day), ...line]);
    }
    redraw(document.querySelector("[data-later=spend_daily]"), lines, columns);
  }

  const daysText = ([from, to]) => {
    const month = months.findIndex((each) => each[0] === from && each[1] === to && isOver(each) && dayText(from).endsWith("-01"));
    if (month >= 0) return monthText(cube.months[month][0]);
    const end = wordy(to, { day: "numeric", month: "long", year: "numeric" });
    if (from === to) return end;
    const [isYear, isMonth] = [4, 7].map((length) => dayText(from).slice(0, length) === dayText(to).slice(0, length));
    const start = wordy(from, { day: "numeric", ...(isMonth ? {} : { month: "long" }), ...(isYear ? {} : { year: "numeric" }) });
    return `${start} to ${end}`;
  };

  function fact(label, value, note) {
    const box = make("div", undefined, { class: "fact" });
    const amount = make("dd", value);
    if (note) amount.append(make("small", note));
    box.append(make("dt", label), amount);
    return box;
  }

  function address(chosen) {
    const search = new URLSearchParams();
    search.set("from", dayText(chosen.from));
    search.set("to", dayText(chosen.to));
    search.set("with", chosen.with);
    if (chosen.by) search.set("by", chosen.by);
    for (const name of NAMES) if (chosen[name] >= 0) search.set(name, cube.names[name][chosen[name]]);
    return `?${search}`;
  }

  // The pages of what is chosen: from here back to the rest that the report knows of it.
  function showPages() {
    const links = [];
    for (const [name, pages] of Object.entries(cube.pages)) {
      const word = cube.names[name][state[name]];
      if (pages[word]) links.push(" ", make("a", `Page of ${name} ${called(name, word)}`, { href: pages[word] }));
    }
    const line = document.getElementById("pages");
    line.replaceChildren(...links);
    line.hidden = !links.length;
  }

  function show() {
    const against = other();
    const found = groups(chosenRows(), against);
    const sums = totals(found);
    const change = sums.cost - sums.before;
    const share = sums.before ? ` (${(Number((change * 1000000n) / sums.before) / 10000).toFixed(1)} %)`.replace("-", "−") : "";
    // the days of each in one piece, so that no date is broken
    const piece = (days) => make("span", daysText(days), { class: "date" });
    document.getElementById("says").replaceChildren(
      piece([state.from, state.to]), ...(against ? [", compared with ", piece(against)] : []), ".",
    );
    document.getElementById("sums").replaceChildren(
      fact("Spend", `USD ${cents(sums.cost)}`, against ? `${signed(change)}${share}` : ""),
      fact("Calls", sums.calls.toLocaleString("en-US"), sums.without ? `${sums.without.toLocaleString("en-US")} without a price` : ""),
    );
    showParts(found, sums, against);
    const parts = showWhy(found, sums, against);
    showDays(found);
    showPages();
    window.EXPLORED = { cost: digits(sums.cost), before: digits(sums.before), parts: parts && Object.fromEntries(Object.entries(parts).map(([name, amount]) => [name, digits(amount)])) };
  }

  function chooser(label, options, value, work) {
    const id = `choose-${label.toLowerCase().replace(/\W+/g, "-")}`;
    const box = make("div");
    const list = make("select", undefined, { id });
    for (const [key, text] of options) list.append(make("option", text, { value: key }));
    list.value = value;
    list.addEventListener("change", () => work(list.value));
    box.append(make("label", label, { for: id }), list);
    return [box, list];
  }

  function dateField(label, name, work) {
    const id = `choose-${name}`;
    const box = make("div");
    const field = make("input", undefined, { id, type: "date", min: cube.first, max: cube.last });
    field.value = dayText(state[name]);
    field.addEventListener("change", () => field.value && work(plainDay(field.value)));
    box.append(make("label", label, { for: id }), field);
    return [box, field];
  }

  function controls() {
    const group = document.getElementById("choose");
    const changed = () => {
      from.value = dayText(state.from);
      to.value = dayText(state.to);
      month.value = months.findIndex((each) => each[0] === state.from && each[1] === state.to);
      try { history.replaceState(null, "", address(state)); } catch { /* a browser may forbid it on files */ }
      show();
    };
    const spans = [["-1", "days chosen"], ...cube.months.map(([day], n) => [String(n), monthText(day)]), ["all", "all days"]];
    const [monthBox, month] = chooser("Month", spans, "-1", (value) => {
      if (value === "-1") return;
      [state.from, state.to] = value === "all" ? [first, last] : months[Number(value)];
      changed();
      if (value === "all") month.value = "all";
    });
    const limit = (day) => Math.min(Math.max(day, first), last);
    const [fromBox, from] = dateField("From", "from", (day) => {
      state.from = limit(day);
      state.to = Math.max(state.to, state.from);
      changed();
    });
    const [toBox, to] = dateField("To", "to", (day) => {
      state.to = limit(day);
      state.from = Math.min(state.from, state.to);
      changed();
    });
    const withs = [["before", "the month or days before"], ...cube.months.map(([day]) => [day, monthText(day)]), ["none", "nothing"]];
    const [withBox, against] = chooser("Compare with", withs, state.with, (value) => {
      state.with = value;
      changed();
    });
    if (!against.value) against.value = state.with = "before";
    const [byBox] = chooser("Show by", NAMES.map((name) => [name, name]), state.by, (value) => {
      state.by = value;
      changed();
    });
    const filters = NAMES.map((name) => {
      const label = name[0].toUpperCase() + name.slice(1);
      const words = cube.names[name].map((word, n) => [String(n), called(name, word)]);
      const options = [["-1", "all"], ...words.sort((a, b) => a[1].localeCompare(b[1]))];
      return chooser(label, options, String(state[name]), (value) => {
        state[name] = Number(value);
        changed();
      })[0];
    });
    group.append(monthBox, fromBox, toBox, withBox, byBox, ...filters);
    group.hidden = false;
    document.getElementById("drawn").hidden = false;
    changed();
  }

  controls();
}

unpack("cube").then((bytes) => {
  const cube = JSON.parse(new TextDecoder().decode(bytes));
  if (cube && document.getElementById("choose")) explore(cube);
});
