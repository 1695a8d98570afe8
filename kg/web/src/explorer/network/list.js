// The nodes on the canvas as a list: for the keyboard, for screen readers, and to find one among thousands.
import { element } from "../../shared/dom.js";
import { TYPES } from "../../shared/kinds.js";
import { swatch } from "../../shared/panel.js";
import { count, fold, many } from "../../shared/text.js";

const MOST = 100;

export class NodeList {
  /** `events`: choose(id), menu(id, x, y). */
  constructor(events) {
    this.events = events;
    this.nodes = [];
    this.active = -1;
    this.heading = element("summary", {}, "Nodes on the canvas (0)");
    this.input = element("input", {
      type: "search",
      placeholder: "Find on the canvas",
      "aria-label": "Find on the canvas",
      autocomplete: "off",
      oninput: () => this.draw(),
    });
    this.list = element("ul", {
      role: "listbox",
      tabIndex: 0,
      "aria-label": "Nodes on the canvas",
      onfocus: () => this.activate(Math.max(0, this.active)),
      onkeydown: (event) => this.key(event),
    });
    this.note = element("p", { className: "note" });
    this.box = element("details", { className: "nodes" }, this.heading, this.input, this.list, this.note);
    this.box.addEventListener("toggle", () => this.draw());
  }

  update(nodes, chosen) {
    this.nodes = nodes;
    this.chosen = chosen;
    this.heading.textContent = `Nodes on the canvas (${many(nodes.length)})`;
    this.draw();
  }

  draw() {
    if (!this.box.open) return;
    const wanted = fold(this.input.value.trim());
    const found = this.nodes.filter(({ label }) => fold(label).includes(wanted));
    this.found = found.slice(0, MOST);
    this.list.replaceChildren(
      ...this.found.map((node, at) =>
        element(
          "li",
          {
            id: `on-canvas-${at}`,
            role: "option",
            "aria-selected": String(node.id === this.chosen),
            onclick: () => this.events.choose(node.id),
            oncontextmenu: (event) => {
              event.preventDefault();
              this.events.menu(node.id, event.clientX, event.clientY);
            },
          },
          swatch(TYPES.get(node.type)),
          element("span", { dir: "auto" }, node.label),
          element("span", { className: "unseen" }, `, ${node.type}`),
        ),
      ),
    );
    this.note.textContent =
      found.length > MOST ? `The first ${MOST} of ${count(found.length, "node")}; type to find others.` : "";
    if (document.activeElement === this.list)
      this.activate(Math.min(Math.max(0, this.active), this.found.length - 1));
  }

  activate(at) {
    this.list.children[this.active]?.classList.remove("active");
    this.active = at;
    const item = this.list.children[at];
    if (!item) return this.list.removeAttribute("aria-activedescendant");
    item.classList.add("active");
    this.list.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const { length } = this.found;
    const node = this.found[this.active];
    const moves = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, Home: 0, End: length - 1 };
    if (event.key in moves && length) this.activate((moves[event.key] + length) % length);
    else if ((event.key === "Enter" || event.key === " ") && node) this.events.choose(node.id);
    else if ((event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) && node) {
      const { left, bottom } = this.list.children[this.active].getBoundingClientRect();
      this.events.menu(node.id, left + 20, bottom);
    } else return;
    event.preventDefault();
  }
}
