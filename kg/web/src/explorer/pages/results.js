// Results as a table that grows: on the pages of papers and of entities.
import { element } from "../../shared/dom.js";
import { nodeName } from "../../shared/panel.js";
import { many } from "../../shared/text.js";
import { get, toNode } from "../api.js";
import { cell, framed, section, sentence, value } from "./parts.js";

const PAGE = 20;

/** A section with the results of a paper, or of those that name an entity. */
export function resultTable(id, results, total, actions) {
  if (!results.length) return null;
  const ofPaper = id.startsWith("paper/");
  const columns = ["Subject", "Measured on", "Metric", "Value", ...(ofPaper ? [] : ["Paper"]), "Sentence"];
  const body = element("tbody");
  const status = element("p", { className: "note", role: "status" });
  const button = element("button", { type: "button", className: "more" });
  const grow = (more) => {
    body.append(...more.map((result) => row(result, ofPaper, actions)));
    const left = total - body.children.length;
    button.hidden = left <= 0;
    button.textContent = `Show ${Math.min(PAGE, left)} more of ${many(total)}`;
  };
  button.addEventListener("click", async () => {
    try {
      grow((await get(`results/${id}`, { offset: body.children.length, limit: PAGE })).results);
      status.textContent = "";
    } catch (error) {
      status.textContent = error.message;
    }
  });
  grow(results);
  const name = ofPaper ? "Results" : "Results that name it";
  const table = element(
    "table",
    { className: "results" },
    element("thead", {}, element("tr", {}, ...columns.map((text) => element("th", { scope: "col" }, text)))),
    body,
  );
  const held = section(`${name} (${many(total)})`, framed(table, name), button, status);
  held.id = "results";
  return held;
}

function row(result, ofPaper, actions) {
  return element(
    "tr",
    {},
    element("td", {}, cell(result.subject, actions)),
    element("td", {}, cell(result.benchmark, actions)),
    element("td", {}, cell(result.metric, actions)),
    element("td", {}, value(result, actions)),
    ofPaper ? null : element("td", { className: "paper" }, nodeName(toNode(result.paper), actions)),
    element("td", { className: "sentence" }, sentence(result.quote)),
  );
}
