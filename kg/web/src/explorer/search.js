// Searching nodes by name, alias or title, in the header and in the forms of queries.
import { element } from "../shared/dom.js";
import { TYPES } from "../shared/kinds.js";
import { swatch } from "../shared/panel.js";
import { searchBox } from "../shared/search-box.js";
import { get } from "./api.js";

const SHOWN = 12;

/** Make an input a search of nodes: of all, or of one `kind`, "paper" or "entity". */
export function nodeSearch(input, list, { pick, say, kind = "" }) {
  searchBox({
    input,
    list,
    async find(q) {
      const found = await get("search", {
        q,
        type: kind === "paper" ? "Paper" : "",
        limit: kind ? 2 * SHOWN : SHOWN,
      });
      const matches = found.matches
        .filter(({ type }) => kind !== "entity" || type !== "Paper")
        .slice(0, SHOWN);
      return { matches, total: matches.length };
    },
    draw: (node) => [
      swatch(TYPES.get(node.type)),
      element("span", { dir: "auto" }, node.label),
      element("span", { className: "note", dir: "auto" }, node.matched ?? node.year ?? node.type),
    ],
    pick,
    say,
  });
}
