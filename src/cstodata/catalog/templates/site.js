// Tables sort and filter, and examples are copied. Without this, everything can be read all the same.
"use strict";

const collator = new Intl.Collator(undefined, { numeric: true });

const make = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);

const numberIn = (text, decimal) => {
  if (/^-?inf/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  const number = Number.parseFloat(text.replace(decimal, "."));
  return Number.isNaN(number) ? null : number;
};

const valueOf = (cell, header) => {
  if (cell.classList.contains("null")) return null;
  const text = cell.textContent.trim();
  return header.classList.contains("n") ? numberIn(text, header.dataset.decimal || ".") : text;
};

const compare = (a, b) => {
  if (a === null || b === null) return a === b ? 0 : null;
  if (typeof a === "string") return collator.compare(a, b);
  return a < b ? -1 : Number(a > b);
};

const sort = (table, header, at) => {
  const direction = header.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
  for (const each of table.querySelectorAll("th[aria-sort]")) each.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", direction);
  const sign = direction === "ascending" ? 1 : -1;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [valueOf(row.cells[at], header), row]);
  // Null, and what is no number, stand last, whichever the direction.
  rows.sort(([a], [b]) => compare(a, b) === null ? (a === null ? 1 : -1) : sign * compare(a, b));
  body.append(...rows.map(([, row]) => row));
};

const makeSortable = (table) => {
  [...table.tHead.rows[0].cells].forEach((header, at) => {
    const button = make("button", { type: "button" });
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(table, header, at));
    header.append(button);
  });
};

const makeFilterable = (table) => {
  // Who refers to a row is no word of the row.
  const textOf = (row) => [...row.cells].filter((cell) => !cell.querySelector("details")).map((cell) => cell.textContent);
  const rows = [...table.tBodies[0].rows].map((row) => [row, textOf(row).join("\n").toLowerCase()]);
  const input = make("input", { type: "search", autocomplete: "off" });
  const told = make("output");
  const all = `${"cut" in table.dataset ? "the first " : ""}${rows.length.toLocaleString("en")} rows`;
  const label = make("label");
  label.append("Filter", input);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    told.textContent = words.length ? `${shown.toLocaleString("en")} of ${all}` : "";
  });
  // A link leads to a row even if the filter hides it.
  addEventListener("hashchange", () => {
    const row = table.querySelector("tr:target");
    if (!row?.hidden) return;
    input.value = "";
    input.dispatchEvent(new Event("input"));
    row.scrollIntoView();
  });
  const search = make("div", { className: "search" });
  search.append(label, told);
  table.parentElement.before(search);
};

// Examples that name no address on the web are told the one that this page was read from.
const place = (group, served) => {
  const store = document.querySelector("a.brand").href.replace(/\/[^/]*$/, "");
  if (!served || !store.startsWith("http")) return;
  for (const code of group.querySelectorAll("pre code")) code.textContent = code.textContent.replaceAll(served, store);
  group.querySelector("p").remove();
};

const makeCopyable = (snippet) => {
  const code = snippet.querySelector("code");
  const button = make("button", { type: "button", className: "copy", textContent: "Copy" });
  const say = (text) => {
    button.textContent = text;
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      say("Copied");
    } catch {
      getSelection().selectAllChildren(code);
      say("Selected");
    }
  });
  button.setAttribute("aria-live", "polite");
  snippet.append(button);
};

for (const table of document.querySelectorAll("table.rows:has(tbody tr)")) {
  makeSortable(table);
  makeFilterable(table);
}
for (const group of document.querySelectorAll(".snippets")) {
  place(group, group.dataset.served);
  for (const snippet of group.querySelectorAll("details")) makeCopyable(snippet);
}
for (const menu of document.querySelectorAll(".switch")) {
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  });
  addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
}
