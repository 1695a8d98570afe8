// The explorer: the search box that every page has, and the page that the address asks for.
import { address, get } from "./api.js";
import { startRouter } from "./router.js";
import { nodeSearch } from "./search.js";
import { startTheme } from "./theme.js";

const find = (id) => document.getElementById(id);

let base = null;

const app = {
  /** Tell a screen reader. */
  say: (text) => (find("status").textContent = text),
  /** The search box; the start page borrows it. */
  search: find("search").closest(".search"),
  /** What the IRIs of the graph begin with. */
  base: async () => (base ??= (await get("overview")).base),
  /** What opens a node, for the shared panel. */
  actions: { href: address, open: (node) => app.navigate(address(node)) },
};

startTheme(find("theme"));
nodeSearch(find("search"), find("matches"), { pick: (node) => app.actions.open(node), say: app.say });
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable=true]")) return;
  event.preventDefault();
  find("search").focus();
  find("search").select();
});
startRouter(find("main"), app);
