// Tables whose cells lead to sentences: seen on hover and focus, opened by a click or Enter, walked with arrow keys.
import { element } from "../shared/dom.js";
import { marked } from "../shared/panel.js";
import { count } from "../shared/text.js";

const QUOTED = 3;

/** The little window beside what is pointed at or focused. `describe(target)` gives elements, or null for nothing. */
export class Hint {
  constructor(box) {
    this.box = box;
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
    document.addEventListener("scroll", () => this.follow(), { capture: true, passive: true });
  }

  /** Tie it to an element; what it tells comes from `describe` when it is asked for. */
  tie(target, describe) {
    const show = () => this.show(target, describe());
    const hide = () => this.hide();
    target.addEventListener("pointerenter", show);
    target.addEventListener("focus", show);
    target.addEventListener("pointerleave", hide);
    target.addEventListener("blur", hide);
    return target;
  }

  show(target, children) {
    this.box.replaceChildren(...children);
    this.box.hidden = false;
    target.setAttribute("aria-describedby", this.box.id);
    this.target = target;
    this.place();
  }

  place() {
    const at = this.target.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const below = at.bottom + 6 + height <= innerHeight;
    this.box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    this.box.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - height - 6)}px`;
  }

  /** Focus may scroll a cell into view; its sentences go with it. */
  follow() {
    if (this.box.hidden) return;
    if (this.target === document.activeElement) this.place();
    else this.hide();
  }

  hide() {
    this.box.hidden = true;
    this.target?.removeAttribute("aria-describedby");
  }
}

/** Sentences for a hint, a heading before them. */
export function sentences(heading, quotes) {
  return [
    element("p", { className: "said" }, heading),
    ...quotes
      .slice(0, QUOTED)
      .map(({ text, marks }) => element("blockquote", { dir: "auto" }, ...marked(text, marks))),
    ...(quotes.length > QUOTED
      ? [
          element(
            "p",
            { className: "note" },
            `${count(quotes.length - QUOTED, "more sentence")}: click to read.`,
          ),
        ]
      : []),
  ];
}

/**
 * A table of buttons, one stop for the Tab key.
 *
 * `rows` and `columns` are the heads as elements, `cell(row, column)` gives a button or null, by index.
 */
export function grid({ label, corner, rows, columns, cell }) {
  const cells = rows.map((_, row) => columns.map((_, column) => cell(row, column)));
  const body = rows.map((head, row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, head),
      ...cells[row].map((button) => element("td", {}, button)),
    ),
  );
  const table = element(
    "table",
    { className: "grid", "aria-label": label },
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("td", {}, corner),
        ...columns.map((head) => element("th", { scope: "col" }, element("div", {}, head))),
      ),
    ),
    element("tbody", {}, ...body),
  );
  const places = new Map();
  for (const [row, line] of cells.entries())
    for (const [column, button] of line.entries())
      if (button) {
        button.tabIndex = places.size ? -1 : 0;
        places.set(button, [row, column]);
      }
  table.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const at = places.get(event.target);
    if (!step || !at) return;
    event.preventDefault();
    let [row, column] = at;
    do {
      row += step[0];
      column += step[1];
    } while (cells[row] && column >= 0 && column < columns.length && !cells[row][column]);
    const next = cells[row]?.[column];
    if (next) next.focus();
  });
  table.addEventListener("focusin", ({ target }) => {
    if (!places.has(target)) return;
    for (const button of places.keys()) button.tabIndex = button === target ? 0 : -1;
  });
  return element("div", { className: "scroller", tabIndex: -1 }, table);
}
