// Searching nodes by name, alias or title, in the header and in the forms of queries.
import { element } from "../shared/dom.js";
import { TYPES } from "../shared/kinds.js";
import { swatch } from "../shared/panel.js";
import { searchBox } from "../shared/search-box.js";
import { get } from "./api.js";

/** Make an input a search of nodes. `type` limits them to one type, or to entities by "entity". */
export function nodeSearch(input, list, { pick, say, type = "", limit = 12 }) {
  searchBox({
    input,
    list,
    async find(q) {
      try {
        const { matches } = await get("search", { q, type, limit });
        return { matches, total: matches.length };
      } catch (error) {
        say(error.message);
        return { matches: [], total: 0 };
      }
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
