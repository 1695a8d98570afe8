// What can be done with a node: as a menu where it stands, and as buttons in the panel.
import { element } from "../../shared/dom.js";
import { RELATIONS } from "../../shared/kinds.js";
import { capital, many } from "../../shared/text.js";
import { PAGE } from "./operations.js";

/** "50 of 20,000", "50 more of 20,000", "31", "all 31 are here". */
function amount(total, shown) {
  if (shown >= total && shown) return `all ${many(total)} came`;
  if (shown) return `${many(Math.min(PAGE, total - shown))} more of ${many(total)}`;
  return total > PAGE ? `${PAGE} of ${many(total)}` : many(total);
}

function expansion({ state, run }, id, relation, direction, name, total) {
  const known = state.expanded.get(`${id} ${relation} ${direction} ${state.filters}`);
  const shown = known?.shown ?? 0;
  const all = known?.total ?? total;
  return {
    name,
    note: amount(all, shown),
    disabled: shown >= all,
    run: () => run(["expand", id, relation, direction, shown]),
  };
}

/** Bring the next neighbours of a node, whatever links them. */
export function expandAll(desk, id) {
  return expansion(desk, id, "", "", "Expand everything near", desk.find(id)?.degree ?? 0);
}

/** What a node can be expanded by, a relation at a time; a promise. */
export async function expansions(desk, id) {
  const groups = await desk.relations(id);
  return groups.map(({ relation, direction, total }) => {
    const { name, inverse } = RELATIONS.get(relation);
    return expansion(desk, id, relation, direction, capital(direction === "out" ? name : inverse), total);
  });
}

/** Everything else that can be done with a node. */
export function actions({ state, run, askPath, page, spot }, id) {
  if (!state.nodes.has(id)) return [{ name: "Add to the canvas", run: () => run(["start", id]) }, page(id)];
  const pinned = state.pins.has(id);
  const focused = state.focus?.id === id ? state.focus.depth : 0;
  const has = [...state.nodes.values()].some((by) => by.has(id));
  return [
    {
      name: "Collapse",
      title: "Drop what only this brought",
      disabled: !has,
      run: () => run(["collapse", id]),
    },
    pinned
      ? { name: "Unpin", run: () => run(["unpin", id]) }
      : { name: "Pin", run: () => run(["pin", id, ...spot(id).map(Math.round)]) },
    { name: "Hide", run: () => run(["hide", id]) },
    { name: "Remove", run: () => run(["remove", id]) },
    ...[1, 2, 3].map((depth) => ({
      name: `Focus, ${depth} ${depth === 1 ? "step" : "steps"}`,
      disabled: focused === depth,
      run: () => run(["focus", id, depth]),
    })),
    ...(state.focus ? [{ name: "End the focus", run: () => run(["unfocus"]) }] : []),
    { name: "Why connected to…", run: () => askPath(id) },
    page(id),
  ];
}

/** A button for an action, or a link if it leads to another page. */
export function button({ name, note, title = "", disabled = false, run, href }) {
  if (href) return element("a", { href, className: "action" }, name);
  const text = note ? [name, element("span", { className: "note" }, note)] : [name];
  return element("button", { type: "button", className: "action", title, disabled, onclick: run }, ...text);
}

/** A menu that pops up at a place in the window: arrow keys walk it, Escape closes it, the focus goes back. */
export class Menu {
  constructor(holder) {
    this.box = element("div", { className: "menu", role: "menu", tabIndex: -1, hidden: true });
    holder.append(this.box);
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.outside = (event) => !this.box.contains(event.target) && this.close(false);
    document.addEventListener("pointerdown", this.outside, true);
  }

  open(title, groups, x, y) {
    this.before = document.activeElement;
    this.box.setAttribute("aria-label", title);
    this.box.replaceChildren(
      element("p", { className: "title", dir: "auto" }, title),
      ...groups.flatMap((group) => this.group(group)),
    );
    this.box.hidden = false;
    const { width, height } = this.box.getBoundingClientRect();
    this.box.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
    this.box.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
    this.items[0]?.focus();
  }

  group(group) {
    const items = group.map((action) => {
      const item = button(action);
      item.setAttribute("role", "menuitem");
      item.tabIndex = -1;
      item.addEventListener("click", () => this.close(true));
      return item;
    });
    return [element("div", { className: "group", role: "group" }, ...items)];
  }

  get items() {
    return [...this.box.querySelectorAll("[role=menuitem]:not(:disabled)")];
  }

  key(event) {
    const { items } = this;
    const at = items.indexOf(document.activeElement);
    if (event.key === "Escape" || event.key === "Tab") this.close(true);
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length]?.focus();
    else if (event.key === "Home") items[0]?.focus();
    else if (event.key === "End") items.at(-1)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  close(back) {
    if (this.box.hidden) return;
    this.box.hidden = true;
    if (back && this.before?.isConnected) this.before.focus({ preventScroll: true });
  }

  remove() {
    document.removeEventListener("pointerdown", this.outside, true);
  }
}
