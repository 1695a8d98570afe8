// Which page an address shows. A page is a module with `open(place, url, app)`, which draws into an element and gives
// `{title, update?, close?}`: `update(url)` takes a change of the address in place and says whether it could.
import { element } from "../shared/dom.js";
import * as entity from "./pages/entity.js";
import * as leaderboard from "./pages/leaderboard.js";
import * as leaderboards from "./pages/leaderboards.js";
import * as list from "./pages/list.js";
import * as missing from "./pages/missing.js";
import * as paper from "./pages/paper.js";
import * as start from "./pages/start.js";

const NAME = "paperkg";
const PATIENCE = 250;

/** A page whose script is fetched when it is first needed, and which is in the document while it draws. */
const later = (load) => ({ live: true, open: async (...all) => (await load()).open(...all) });

const ROUTES = [
  [/^\/$/, start],
  [/^\/entity\/[^/]+$/, entity],
  [/^\/paper\/[^/]+$/, paper],
  [/^\/list\/[^/]+$/, list],
  [/^\/leaderboards$/, leaderboards],
  [/^\/leaderboard\/[^/]+$/, leaderboard],
  [/^\/query$/, later(() => import("./pages/query.js"))],
  [/^\/network$/, later(() => import("./network/page.js"))],
];

const SERVED = /^\/(sparql|data|id|assets|api|\.well-known)(\/|$)/;

/** Start routing: links within the server change the page without a load; back and forward work. */
export function startRouter(place, app) {
  let current = null;
  let asked = 0;
  let shown = "";

  async function show({ scroll = 0 } = {}) {
    const url = new URL(location.href);
    const page = ROUTES.find(([pattern]) => pattern.test(url.pathname))?.[1] ?? missing;
    const number = (asked += 1);
    shown = url.pathname + url.search;
    if (current?.page === page && (await current.opened.update?.(url))) return markCurrent(url);
    if (number !== asked) return;
    markCurrent(url);
    const view = element("div", { className: "view" });
    const swap = (content) => {
      current?.opened.close?.();
      current = null;
      place.replaceChildren(content);
    };
    const loading = element("p", { className: "loading" }, "Loading…");
    const wait = setTimeout(() => (page.live ? place.prepend(loading) : swap(loading)), PATIENCE);
    if (page.live) swap(view);
    const opened = await page.open(view, url, app).catch((error) => failed(view, error, url));
    clearTimeout(wait);
    loading.remove();
    if (number !== asked) return opened.close?.();
    if (!page.live) swap(view);
    current = { page, opened };
    document.title = url.pathname === "/" ? opened.title : `${opened.title} · ${NAME}`;
    app.say(opened.title);
    if (anchor(url)) anchor(url).scrollIntoView();
    else scrollTo(0, scroll);
    if (number > 1 && (document.activeElement === document.body || !document.activeElement))
      (view.querySelector("h1") ?? place).focus({ preventScroll: true });
  }

  async function failed(view, error, url) {
    if (error.status === 404) return missing.open(view, url, app);
    view.replaceChildren(
      element("h1", { tabIndex: -1 }, "This page could not be loaded"),
      element("p", { className: "failure", role: "alert" }, error.message),
      element(
        "p",
        {},
        element("button", { type: "button", className: "more", onclick: () => show() }, "Try again"),
      ),
    );
    return { title: "Not loaded" };
  }

  app.navigate = (path, { replace = false } = {}) => {
    if (!replace) history.replaceState({ ...history.state, scroll: scrollY }, "");
    history[replace ? "replaceState" : "pushState"](null, "", path);
    return show();
  };
  history.scrollRestoration = "manual";
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey)
      return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || link.target || link.hasAttribute("download")) return;
    if (SERVED.test(url.pathname)) return;
    if (url.hash && url.pathname === location.pathname && url.search === location.search) return;
    event.preventDefault();
    app.navigate(url.pathname + url.search + url.hash);
  });
  addEventListener("popstate", () => {
    const part = anchor(location);
    // Going to a part of the page that is open does not draw it again.
    if (part && location.pathname + location.search === shown) part.scrollIntoView();
    else show({ scroll: history.state?.scroll ?? 0 });
  });
  return show();
}

/** The element that a fragment names; the network's fragments name none. */
function anchor(url) {
  try {
    return url.hash ? document.getElementById(decodeURIComponent(url.hash.slice(1))) : null;
  } catch {
    return null;
  }
}

/** Say in the navigation which page is open. */
function markCurrent(url) {
  for (const link of document.querySelectorAll("header nav a")) {
    const here =
      url.pathname === link.pathname ||
      (link.pathname === "/leaderboards" && /^\/leaderboard\//.test(url.pathname));
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
