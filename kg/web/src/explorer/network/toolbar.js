// The tools over the picture: search, undo and redo, what concerns the whole canvas, export, and zoom.
import { element } from "../../shared/dom.js";
import { nodeSearch } from "../search.js";

let boxes = 0;

/** A search box over the whole graph; `pick(node)` takes a node of the API. */
export function searchField(label, pick, say) {
  const id = `found-${(boxes += 1)}`;
  const input = element("input", {
    type: "search",
    placeholder: label,
    "aria-label": label,
    autocomplete: "off",
    spellcheck: false,
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-autocomplete": "list",
  });
  const list = element("ul", { id, role: "listbox", "aria-label": "Matches", hidden: true });
  nodeSearch(input, list, { pick, say });
  return element("div", { className: "search" }, input, list);
}

/** A button that opens a list of others under it. */
function drop(name, actions) {
  const box = element("details", { className: "drop" }, element("summary", {}, name));
  const items = actions.map(([text, run]) =>
    element(
      "button",
      {
        type: "button",
        onclick: () => {
          box.open = false;
          run();
        },
      },
      text,
    ),
  );
  box.append(element("div", {}, ...items));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.open) return;
    box.open = false;
    box.querySelector("summary").focus();
    event.stopPropagation();
  });
  box.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !box.contains(relatedTarget)) box.open = false;
  });
  return box;
}

/** The tools; `update({undo, redo, empty})` says what can be done. */
export function toolbar({ pick, undo, redo, arrange, clear, copy, exports, say }) {
  const tool = (name, title, onclick) => element("button", { type: "button", title, onclick }, name);
  const back = tool("Undo", "Ctrl+Z", undo);
  const again = tool("Redo", "Ctrl+Shift+Z", redo);
  const whole = [
    tool("Rearrange", "Lay the canvas out afresh, with another seed", arrange),
    tool("Clear", "Take everything off the canvas", clear),
    tool("Copy link", "The address of this very canvas", copy),
    drop("Export", exports),
  ];
  const box = element(
    "div",
    { className: "tools", role: "group", "aria-label": "Tools" },
    searchField("Add a paper, name or alias", pick, say),
    element("div", { className: "buttons" }, back, again, ...whole),
  );
  const update = ({ undo: canUndo, redo: canRedo, empty }) => {
    back.disabled = !canUndo;
    again.disabled = !canRedo;
    for (const one of whole) {
      if (one.tagName === "BUTTON") one.disabled = empty;
      else one.hidden = empty;
    }
  };
  return { box, update };
}

export function zoomButtons({ zoom, fit }) {
  const tool = (name, label, onclick) =>
    element("button", { type: "button", "aria-label": label, onclick }, name);
  return element(
    "div",
    { className: "zoom", role: "group", "aria-label": "Zoom" },
    tool("+", "Zoom in", () => zoom(1.4)),
    tool("−", "Zoom out", () => zoom(1 / 1.4)),
    tool("Fit", "Show all of it", fit),
  );
}
