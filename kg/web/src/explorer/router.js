// Which page an address shows. A page is a module with `open(place, url, app)`, which draws into an element and gives
// `{title, update?, close?}`: `update(url)` takes a change of the address in place and says whether it could.
import * as network from "./network/page.js";

const ROUTES = [[/^\/network$/, network]];

/** Start routing: links within the server change the page without a load; back and forward work. */
export function startRouter(place, app) {
  let current = null;

  async function show({ scroll = true } = {}) {
    const url = new URL(location.href);
    const page = ROUTES.find(([pattern]) => pattern.test(url.pathname))?.[1] ?? null;
    if (current && current.page === page && (await current.opened.update?.(url))) return;
    current?.opened.close?.();
    place.replaceChildren();
    current = null;
    const opened = page ? await page.open(place, url, app) : { title: "Not found" };
    current = { page, opened };
    document.title = opened.title;
    app.say(opened.title);
    if (scroll) scrollTo(0, 0);
  }

  app.navigate = (path, { replace = false } = {}) => {
    history[replace ? "replaceState" : "pushState"](null, "", path);
    return show();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || link.target || link.hasAttribute("download")) return;
    if (/^\/(sparql|data|id|assets|api|\.well-known)(\/|$)/.test(url.pathname)) return;
    event.preventDefault();
    app.navigate(url.pathname + url.search + url.hash);
  });
  addEventListener("popstate", () => show({ scroll: false }));
  return show();
}
