// The explorer: the search box that every page has, and the page that the address asks for.
import { startRouter } from "./router.js";

const app = {
  /** Tell a screen reader. */
  say: (text) => (document.getElementById("status").textContent = text),
};
startRouter(document.getElementById("main"), app);
