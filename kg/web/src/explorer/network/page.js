// The network page: puts the canvas, its tools, the filters, the list and the panel together.
import { element } from "../../shared/dom.js";
import { count, many } from "../../shared/text.js";
import { address, get } from "../api.js";
import { Blank, Canvas } from "./canvas.js";
import { Details } from "./details.js";
import { exportsOf } from "./export.js";
import { filterForm, updateFilters } from "./filters.js";
import { press } from "./keys.js";
import { NodeList } from "./list.js";
import { Menu, actions, expandAll, expansions } from "./menu.js";
import { Session } from "./session.js";
import { searchField, toolbar, zoomButtons } from "./toolbar.js";
import { welcome } from "./welcome.js";

const ABOUT =
  "Picture of the network. Arrow keys move it, plus and minus zoom, 0 shows all of it, M opens the menu of what is " +
  "chosen. The list of nodes beside it holds the same as text.";

export async function open(place, url, app) {
  const page = new NetworkPage(place, app);
  page.start(url);
  return { title: "Network", update: (next) => page.follow(next), close: () => page.close() };
}

class NetworkPage {
  constructor(place, app) {
    this.app = app;
    this.stage = element("div", {
      className: "canvas",
      tabIndex: 0,
      role: "application",
      "aria-label": ABOUT,
    });
    this.tally = element("p", { className: "tally" });
    this.notice = element("p", { className: "notice", role: "alert", hidden: true });
    this.asking = element("div", { className: "asking", hidden: true });
    this.empty = element("div", { className: "empty", hidden: true });
    this.filters = element("details", { className: "filters" }, element("summary", {}, "Legend and filters"));
    this.filters.open = innerWidth > 1000;
    this.list = new NodeList({
      choose: (id) => this.pick([id], true),
      menu: (id, x, y) => this.showMenu(id, x, y),
    });
    this.tools = toolbar({
      pick: ({ id }) => this.add(id),
      undo: () => this.walk("undo"),
      redo: () => this.walk("redo"),
      arrange: () => this.run(["seed", (this.session.state.seed % 1e6) + 1]),
      clear: () => this.run(["clear"]),
      copy: () => this.copy(),
      exports: exportsOf(this),
      say: app.say,
    });
    const panel = element("div", {
      className: "panel",
      role: "region",
      "aria-label": "Details",
      tabIndex: -1,
    });
    this.whole = element(
      "div",
      { className: "network" },
      this.filters,
      element(
        "section",
        { className: "stage", "aria-label": "Network" },
        this.stage,
        this.empty,
        this.tools.box,
        zoomButtons({ zoom: (factor) => this.canvas.zoom(factor), fit: () => this.canvas.fit() }),
        element("div", { className: "messages" }, this.asking, this.notice, this.tally),
      ),
      element("aside", { "aria-label": "Nodes and details" }, this.list.box, panel),
    );
    place.append(this.whole);
    this.menu = new Menu(this.whole);
    this.canvas = this.openCanvas();
    this.session = new Session(this.canvas, {
      changed: () => this.changed(),
      problem: (text) => this.problem(text),
      busy: (text) => this.busy(text),
    });
    this.desk = this.makeDesk();
    this.details = new Details(panel, this.desk);
    this.keyboard = (event) => press(this, event);
    document.addEventListener("keydown", this.keyboard);
    for (const name of ["wheel", "pointerdown"])
      this.stage.addEventListener(name, () => (this.session.following = false), {
        passive: true,
        capture: true,
      });
  }

  openCanvas() {
    try {
      const canvas = new Canvas(this.stage, {
        choose: (ids) => this.pick(ids),
        expand: (id) => this.expand(id),
        menu: (id, x, y) => this.showMenu(id, x, y),
        drop: (id, x, y) => this.run(["pin", id, x, y]),
      });
      // Where the browser tests find what is drawn.
      this.stage.picture = canvas;
      return canvas;
    } catch {
      this.problem(
        "This browser has no WebGL to draw with; the list of nodes and the details work without it.",
      );
      return new Blank();
    }
  }

  /** What the menu, the list and the panel may know and do. */
  makeDesk() {
    const { session, app } = this;
    return {
      get state() {
        return session.state;
      },
      get shown() {
        return session.shown;
      },
      find: session.find,
      learn: (node) => session.knowledge.learn({ nodes: [node] }),
      relations: (id) => session.knowledge.relations(id, session.state.filters),
      chosenPath: () => session.chosenPath(),
      run: (operation) => this.run(operation),
      choose: (ids, focus) => this.choose(ids, focus),
      askPath: (id) => this.askPath(id),
      spot: (id) => session.positions.get(id) ?? [0, 0],
      page: (id) => ({ name: "Open its page", href: address({ id }) }),
      say: app.say,
    };
  }

  // ---- the address --------------------------------------------------------------------------------------------

  async start(url) {
    get("overview").then(
      (overview) => this.introduce(overview),
      (error) => this.problem(error.message),
    );
    await this.follow(url);
  }

  /** Show what an address asks for: `?start=ID`, `?from=ID&to=ID`, or the operations in its fragment. */
  async follow(url) {
    const [start, from, to] = ["start", "from", "to"].map((name) => url.searchParams.get(name));
    const { session } = this;
    const arrive = (operations, chosen) => session.go(operations, { chosen, replace: true, link: true });
    if (start)
      await arrive(
        [
          ["start", start],
          ["expand", start, "", "", 0],
        ],
        [start],
      );
    else if (from && to) await arrive([["path", from, to]], [from, to]);
    else await session.open(url.hash);
    this.details.show(session.chosen);
    return true;
  }

  /** What the server says of the whole graph. */
  introduce(overview) {
    this.form = filterForm(overview, (filters) => this.run(["filter", filters]));
    this.filters.append(this.form);
    updateFilters(this.form, this.session);
    this.empty.append(
      welcome(overview, { start: (id) => this.add(id), sample: (limit) => this.run(["sample", limit]) }),
    );
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(location.href);
      this.problem("The link is copied.");
    } catch {
      this.problem("The browser does not let this page copy; the link is the address above.");
    }
  }

  // ---- doing --------------------------------------------------------------------------------------------------

  async run(operation) {
    const done = await this.session.run(operation);
    if (done && operation[0] === "path") await this.choose(operation.slice(1), true);
    else if (done) this.details.show(this.session.chosen);
    return done;
  }

  /** Undo or redo. */
  async walk(way) {
    if (await this.session[way]()) this.details.show(this.session.chosen);
  }

  add(id) {
    const { session } = this;
    if (session.state.nodes.has(id)) return this.choose([id], true);
    const first = !session.state.nodes.size;
    const operations = [["start", id], ...(first ? [["expand", id, "", "", 0]] : [])];
    return session
      .go([...session.wanted, ...operations], { chosen: [id], push: true })
      .then(() => this.details.show([id], { focus: true }));
  }

  expand(id) {
    const next = expandAll(this.desk, id);
    if (next.disabled) this.app.say("All its neighbours are here");
    else next.run();
  }

  /** What a click in the picture or in the list means. */
  pick(ids, focus = false) {
    if (this.pathFrom && ids.length === 1) return this.endPath(ids[0]);
    return this.choose(ids, focus);
  }

  async choose(ids, focus) {
    await this.session.choose(ids);
    await this.details.show(ids, { focus });
    this.list.update(this.list.nodes, ids[0]);
  }

  async showMenu(id, x, y) {
    const node = this.session.find(id);
    const relations = await expansions(this.desk, id).catch((error) => [
      { name: error.message, disabled: true },
    ]);
    this.menu.open(node.label, [[expandAll(this.desk, id), ...relations], actions(this.desk, id)], x, y);
  }

  /** Ask for the other end of a path. */
  askPath(id) {
    this.pathFrom = id;
    const name = this.session.find(id)?.label ?? id;
    this.asking.replaceChildren(
      element("p", { dir: "auto" }, `How is “${name}” connected to … Click a node, or search for one.`),
      searchField("The other end", (node) => this.endPath(node.id), this.app.say),
      element("button", { type: "button", className: "more", onclick: () => this.endPath(null) }, "Cancel"),
    );
    this.asking.hidden = false;
    this.asking.querySelector("input").focus();
  }

  endPath(id) {
    const from = this.pathFrom;
    this.pathFrom = null;
    this.asking.hidden = true;
    if (id && id !== from) this.run(["path", from, id]);
  }

  // ---- showing ------------------------------------------------------------------------------------------------

  changed() {
    const { session } = this;
    const none = !session.state.nodes.size;
    this.empty.hidden = !none;
    this.tools.update({ undo: session.operations.length, redo: session.undone.length, empty: none });
    if (this.form) updateFilters(this.form, session);
    const ranked = session.shown.ids.map((id) => session.find(id));
    ranked.sort((one, other) => other.degree - one.degree || (one.id < other.id ? -1 : 1));
    this.list.update(ranked, session.chosen[0]);
  }

  /** Say what is going on, or else what is shown. */
  busy(text) {
    this.stage.setAttribute("aria-busy", String(Boolean(text)));
    const { shown, state } = this.session;
    if (text || !state.nodes.size) return this.tally.replaceChildren(text);
    const away = state.nodes.size - shown.ids.length;
    const parts = [count(shown.ids.length, "node"), count(shown.lines.length, "line")];
    if (away) parts.push(`${count(away, "node")} out of sight`);
    const tool = (name, operation) =>
      element("button", { type: "button", className: "more", onclick: () => this.run([operation]) }, name);
    this.tally.replaceChildren(
      parts.join(" · "),
      ...(state.hidden.size ? [tool(`Show ${many(state.hidden.size)} hidden`, "reveal")] : []),
      ...(state.focus ? [tool("End the focus", "unfocus")] : []),
    );
    this.app.say(parts.join(", "));
  }

  problem(text) {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  menuAtChosen() {
    const [id] = this.session.chosen;
    const { left, top } = this.stage.getBoundingClientRect();
    const { x, y } = this.canvas.graph.hasNode(id) ? this.canvas.where(id) : { x: 40, y: 40 };
    this.showMenu(id, left + x + 8, top + y + 8);
  }

  close() {
    document.removeEventListener("keydown", this.keyboard);
    this.menu.remove();
    this.session.close();
    this.canvas.close();
  }
}
