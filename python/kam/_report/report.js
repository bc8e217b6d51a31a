"use strict";
// Sorting, filters and search of the table; without this the table is complete, in revenue order.
(() => {
  const table = document.getElementById("t");
  const form = document.querySelector(".controls");
  const output = document.getElementById("shown");
  const search = document.getElementById("q");
  const choices = [...form.querySelectorAll("select")];
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const order = new Map(rows.map((row, i) => [row, i]));

  function show() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, i) => {
      const fits = words.every((w) => texts[i].includes(w)) &&
        choices.every((c) => !c.value || row.dataset[c.dataset.key] === c.value);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    output.textContent = output.dataset.text
      .replace("{shown}", shown).replace("{all}", rows.length);
  }

  // Missing values last in both directions; equal ones in revenue order.
  function compare(column, sign) {
    return (a, b) => {
      const x = a.cells[column].dataset.n, y = b.cells[column].dataset.n;
      const tie = order.get(a) - order.get(b);
      if (x === undefined || y === undefined) {
        return (x === undefined) - (y === undefined) || tie;
      }
      const both = column === 1 ? x.localeCompare(y) : Number(x) - Number(y);
      return sign * both || tie;
    };
  }

  function sort(head) {
    const first = head.cellIndex < 2 ? "ascending" : "descending";
    const was = head.getAttribute("aria-sort");
    const now = !was ? first : was === "ascending" ? "descending" : "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", now);
    const sorted = [...rows].sort(compare(head.cellIndex, now === "ascending" ? 1 : -1));
    body.append(...sorted);
  }

  for (const head of table.tHead.rows[0].cells) {
    if (head.dataset.sort === undefined) continue;
    const button = document.createElement("button");
    button.type = "button";
    // On paper a button is not repeated with the head of the table: the bare words are.
    const words = document.createElement("span");
    words.className = "on-paper";
    words.textContent = button.textContent = head.textContent;
    head.replaceChildren(button, words);
    button.addEventListener("click", () => sort(head));
  }
  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  form.reset();
  show();
})();
