// The form of a saved query: an input for each of its parameters.
import { element } from "../../shared/dom.js";
import { nodeSearch } from "../search.js";

const HINTS = { month: "2025-05", year: "2025" };

/** A form for the parameters of a saved query, filled with `values`; `submit(values)` takes what is given. */
export function parameterForm(query, values, submit, app) {
  const form = element(
    "form",
    { className: "parameters" },
    ...query.parameters.map((parameter) =>
      field(parameter, values[parameter.name] ?? parameter.default ?? "", app),
    ),
    element("button", { type: "submit" }, "Run"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = [...new FormData(form)]
      .map(([name, value]) => [name, value.trim()])
      .filter(([, value]) => value);
    submit(Object.fromEntries(given));
  });
  return form;
}

function field({ name, type, required, description, choices }, value, app) {
  const id = `parameter-${name}`;
  const label = element(
    "label",
    { htmlFor: id },
    name.replaceAll("_", " "),
    required ? "" : element("span", { className: "note" }, " optional"),
  );
  const about = element("span", { className: "note", id: `${id}-about` }, description);
  let input;
  if (choices) {
    const options = [...(required ? [] : [""]), ...choices];
    input = element(
      "select",
      { id, name, required },
      ...options.map((text) => element("option", { value: text, selected: text === value }, text || "any")),
    );
  } else {
    input = element("input", {
      id,
      name,
      required,
      value,
      autocomplete: "off",
      spellcheck: false,
      placeholder: HINTS[type] ?? "",
    });
    if (type === "integer") Object.assign(input, { type: "number", step: "1" });
  }
  input.setAttribute("aria-describedby", about.id);
  const holder = element("div", { className: "search" }, input);
  if (type === "entity" || type === "paper") {
    const list = element("ul", {
      id: `${id}-matches`,
      role: "listbox",
      "aria-label": "Matches",
      hidden: true,
    });
    for (const [key, text] of [
      ["role", "combobox"],
      ["aria-expanded", "false"],
      ["aria-controls", list.id],
      ["aria-autocomplete", "list"],
    ])
      input.setAttribute(key, text);
    holder.append(list);
    // A paper by its key: titles are long, and two papers may share one.
    const pick = (node) =>
      (input.value = node.type === "Paper" ? node.id.slice("paper/".length) : node.label);
    nodeSearch(input, list, { pick, say: app.say, kind: type });
  }
  return element("div", { className: "parameter" }, label, holder, about);
}
