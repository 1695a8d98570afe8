// The legend that is also a filter: a checkbox for each type and relation.
import { element } from "./dom.js";
import { line, swatch } from "./panel.js";
import { many } from "./text.js";

function checkbox(name, value, sign, text, total) {
  const input = element("input", { type: "checkbox", name, value, defaultChecked: true });
  return element("label", {}, input, sign, text, element("span", { className: "count" }, many(total)));
}

export function typeChoice(type, total) {
  return checkbox("type", type.id, swatch(type), type.plural, total);
}

export function relationChoice(relation, total) {
  return checkbox("relation", relation.id, line(relation), relation.name, total);
}

/** A labelled choice of one of several; `options` are pairs of value and text. */
export function choice(name, text, options) {
  const select = element(
    "select",
    { name },
    ...options.map(([value, label]) => element("option", { value }, label)),
  );
  return element("label", {}, text, select);
}

/** The values of a form's unchecked boxes of a name. */
export function unchecked(form, name) {
  return new Set([...form.querySelectorAll(`[name=${name}]:not(:checked)`)].map(({ value }) => value));
}
