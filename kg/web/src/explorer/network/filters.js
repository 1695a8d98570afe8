// The legend that is also a filter: of what is shown, and of what comes.
import { element } from "../../shared/dom.js";
import { choice, relationChoice, typeChoice, unchecked } from "../../shared/filters.js";
import { RELATIONS, TYPES } from "../../shared/kinds.js";
import { many } from "../../shared/text.js";
import { parseFilters, writeFilters } from "./operations.js";

const SURE = [
  ["", "any"],
  ["0.5", "50 % or more"],
  ["0.7", "70 % or more"],
  ["0.8", "80 % or more"],
  ["0.9", "90 % or more"],
];

/** The form; `apply(filters)` is called with their text when they change. */
export function filterForm({ years, lists }, apply) {
  const fieldset = (name, ...fields) => element("fieldset", {}, element("legend", {}, name), ...fields);
  const span = years ? Array.from({ length: years[1] - years[0] + 1 }, (_, at) => String(years[1] - at)) : [];
  const yearChoices = [["", "any year"], ...span.map((year) => [year, year])];
  const form = element(
    "form",
    {},
    fieldset("Types", ...[...TYPES.values()].map((type) => typeChoice(type, 0))),
    fieldset("Relations", ...[...RELATIONS.values()].map((relation) => relationChoice(relation, 0))),
    fieldset(
      "Papers",
      lists.length
        ? choice("list", "List", [["", "all"], ...lists.map(({ id, title }) => [slug(id), title])])
        : null,
      span.length > 1 ? choice("from", "From", yearChoices) : null,
      span.length > 1 ? choice("until", "Until", yearChoices) : null,
    ),
    fieldset("Claims", choice("confidence", "Confidence", SURE)),
    element("button", { type: "reset" }, "Show everything"),
  );
  const value = (name) => form.elements[name]?.value ?? "";
  form.addEventListener("change", () =>
    apply(
      writeFilters({
        types: [...unchecked(form, "type")],
        relations: [...unchecked(form, "relation")],
        confidence: value("confidence"),
        from: value("from"),
        until: value("until"),
        list: value("list"),
      }),
    ),
  );
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    apply("");
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  return form;
}

function slug(id) {
  return id.replace(/^list\//, "");
}

/** Set the form to what the filters of a canvas are, and count what is on it. */
export function updateFilters(form, { state, find, edges }) {
  const filters = parseFilters(state.filters);
  const ids = [...state.nodes.keys()];
  const types = tally(ids.map((id) => find(id)?.type));
  const relations = tally(edges.map(({ relation }) => relation));
  for (const input of form.querySelectorAll("input[type=checkbox]")) {
    const [gone, counts] = input.name === "type" ? [filters.types, types] : [filters.relations, relations];
    input.checked = !gone.includes(input.value);
    const total = counts.get(input.value) ?? 0;
    const row = input.closest("label");
    row.querySelector(".count").textContent = many(total);
    row.classList.toggle("none", !total);
  }
  for (const name of ["list", "from", "until", "confidence"]) {
    const select = form.elements[name];
    if (!select) continue;
    const wanted = String(filters[name] || "");
    if (![...select.options].some((option) => option.value === wanted))
      select.append(element("option", { value: wanted }, wanted));
    select.value = wanted;
  }
}

function tally(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
