// The picture: sigma draws nodes and lines by WebGL; labels, and what is pointed at, are drawn over them in 2D.
import { DirectedGraph } from "graphology";
import Sigma from "sigma";

import { TYPES } from "../../shared/kinds.js";
import { radius } from "./layout.js";
import { HALF, View } from "./camera.js";
import { Arrows, Lines } from "./lines.js";
import { Marks, SHAPES } from "./marks.js";
import { neighbours } from "./replay.js";
import { compose, fractions, lineStyle, paint, readPalette } from "./scene.js";

/** With more nodes than this, labels wait until the picture stands still, and lines are left out while it moves. */
const MANY = 1200;
const CLOSE = 6;
/** The side of a usual picture, in CSS pixels: in a smaller one, nodes are smaller too. */
const USUAL = 800;

const nothing = () => {};

export class Canvas extends View {
  /** `events`: choose(ids), expand(id), menu(id, x, y), drop(id, x, y). */
  constructor(holder, events) {
    super();
    this.holder = holder;
    this.events = events;
    this.shown = { ids: [], lines: [] };
    this.find = nothing;
    this.beside = new Map();
    this.chosen = [];
    this.chains = [];
    this.ranked = [];
    this.hovered = null;
    this.pins = new Map();
    this.palette = readPalette();
    Marks.ground = fractions(this.palette.ground);
    this.sigma = new Sigma(new DirectedGraph(), holder, {
      allowInvalidContainer: true,
      renderLabels: false,
      hideLabelsOnMove: true,
      defaultDrawNodeHover: nothing,
      nodeProgramClasses: { mark: Marks },
      edgeProgramClasses: { line: Lines, arrow: Arrows },
      defaultNodeType: "mark",
      itemSizesReference: "screen",
      zoomToSizeRatioFunction: (ratio) => Math.max(0.75, (ratio * USUAL) / this.side) ** 0.6,
      minCameraRatio: 0.02,
      maxCameraRatio: 60,
      stagePadding: 20,
      zIndex: false,
      doubleClickZoomingRatio: 1,
    });
    this.sigma.setCustomBBox({ x: [-HALF, HALF], y: [-HALF, HALF] });
    // While the picture is dragged, sigma need not look up what is under the mouse: that waits for the renderer.
    const lookUp = this.sigma.getNodeAtPosition.bind(this.sigma);
    const captor = this.sigma.getMouseCaptor();
    this.sigma.getNodeAtPosition = (position) => (captor.draggedEvents ? null : lookUp(position));
    this.over = this.sigma.createCanvas("over", { beforeLayer: "mouse" });
    this.sigma.on("afterRender", () => this.drawOver());
    this.sigma.on("resize", () => this.resize());
    this.resize();
    this.listen();
    this.watcher = new ResizeObserver(() => this.sigma.resize() && this.sigma.refresh());
    this.watcher.observe(holder);
    this.recolour = () => {
      this.palette = readPalette();
      Marks.ground = fractions(this.palette.ground);
      this.show(this.shown, this.find, this.pins);
    };
    document.addEventListener("themechange", this.recolour);
  }

  get side() {
    return Math.max(50, Math.min(this.holder.offsetWidth, this.holder.offsetHeight));
  }

  get graph() {
    return this.sigma.getGraph();
  }

  listen() {
    const { sigma, events } = this;
    let held = null;
    sigma.on("enterNode", ({ node }) => this.hover(node));
    sigma.on("leaveNode", () => this.hover(null));
    sigma.on("clickNode", ({ node }) => events.choose([node]));
    sigma.on("clickStage", ({ event }) => events.choose(this.lineAt(event) ?? []));
    sigma.on("doubleClickStage", ({ preventSigmaDefault }) => preventSigmaDefault());
    sigma.on("doubleClickNode", ({ node, preventSigmaDefault }) => {
      preventSigmaDefault();
      events.expand(node);
    });
    sigma.on("rightClickNode", ({ node, event }) =>
      events.menu(node, event.original.clientX, event.original.clientY),
    );
    this.holder.addEventListener("contextmenu", (event) => event.preventDefault());
    sigma.on("downNode", ({ node, event }) => {
      if (!event.original.button) held = { node, moved: 0, x: event.x, y: event.y };
    });
    sigma.on("moveBody", ({ event, preventSigmaDefault }) => {
      if (!held) return;
      held.moved = Math.max(held.moved, Math.hypot(event.x - held.x, event.y - held.y));
      preventSigmaDefault();
      if (held.moved <= 3 || !this.graph.hasNode(held.node)) return;
      this.graph.mergeNodeAttributes(held.node, sigma.viewportToGraph(event));
      event.original.preventDefault();
    });
    const letGo = () => {
      if (held && held.moved > 3 && this.graph.hasNode(held.node)) {
        const { x, y } = this.graph.getNodeAttributes(held.node);
        events.drop(held.node, Math.round(x), Math.round(y));
      }
      held = null;
    };
    sigma.on("upNode", letGo);
    sigma.on("upStage", letGo);
    this.dragged = () => held?.node;
  }

  /** Show some nodes and lines; those that are new stand where `place` says, or stay where they are. */
  show(shown, find, pins, positions = null) {
    const before = this.graph;
    const graph = new DirectedGraph();
    const at = (id) => positions?.get(id) ?? (before.hasNode(id) ? this.spot(id) : [0, 0]);
    for (const id of shown.ids) {
      const node = find(id);
      const [x, y] = at(id);
      const shape = SHAPES.indexOf(TYPES.get(node.type).shape);
      graph.addNode(id, { x, y, size: radius(node), color: this.palette[node.type], shape });
    }
    for (const line of shown.lines) {
      const { colour: color, width: size, arrow } = lineStyle(line, this.palette, shown.lines.length);
      graph.addDirectedEdgeWithKey(line.key, line.source, line.target, {
        color,
        size,
        type: arrow ? "arrow" : "line",
      });
    }
    Object.assign(this, { shown, find, pins, beside: neighbours(shown.lines) });
    this.ranked = shown.ids.toSorted(
      (one, other) => find(other).degree - find(one).degree || (one < other ? -1 : 1),
    );
    this.chosen = this.chosen.filter((id) => graph.hasNode(id));
    if (!graph.hasNode(this.hovered)) this.hovered = null;
    this.sigma.setSetting("hideEdgesOnMove", shown.ids.length > MANY);
    this.sigma.setGraph(graph);
  }

  /** Move nodes to where the layout says. */
  place(positions) {
    const held = this.dragged();
    this.graph.updateEachNodeAttributes(
      (id, attributes) => {
        const place = positions.get(id);
        if (place && id !== held) [attributes.x, attributes.y] = place;
        return attributes;
      },
      { attributes: ["x", "y"] },
    );
  }

  spot(id) {
    const { x, y } = this.graph.getNodeAttributes(id);
    return [x, y];
  }

  /** Where a node is on the screen, within the picture, and how large. */
  where(id) {
    const { x, y, size } = this.graph.getNodeAttributes(id);
    return { ...this.sigma.graphToViewport({ x, y }), r: this.sigma.scaleSize(size) };
  }

  /** Let some nodes stand out: one with its neighbours, or chains of them with the lines along each chain. */
  choose(ids, chains = [ids]) {
    this.chosen = ids.filter((id) => this.graph.hasNode(id));
    this.chains = chains;
    this.sigma.scheduleRender();
  }

  hover(id) {
    if (this.sigma.getMouseCaptor().isMouseDown) return;
    this.hovered = id;
    this.holder.classList.toggle("pointing", id !== null);
    this.sigma.scheduleRender();
  }

  /** What stands out, if anything does: the nodes, the lines, and which nodes it is about. */
  spotlight() {
    const about = this.hovered ? [this.hovered] : this.chosen;
    if (!about.length) return null;
    const { lines } = this.shown;
    if (about.length === 1) {
      const [id] = about;
      const mine = lines.filter(({ source, target }) => source === id || target === id);
      return { about, nodes: new Set([id, ...(this.beside.get(id) ?? [])]), lines: mine };
    }
    const nodes = new Set(about);
    const steps = this.chains.flatMap((chain) => chain.slice(1).map((id, at) => [chain[at], id]));
    const pairs = new Set(steps.flatMap(([one, other]) => [`${one} ${other}`, `${other} ${one}`]));
    return { about, nodes, lines: lines.filter(({ key }) => pairs.has(key)) };
  }

  resize() {
    const { width, height } = this.sigma.getDimensions();
    const pixels = devicePixelRatio || 1;
    Object.assign(this.over, { width: width * pixels, height: height * pixels });
    Object.assign(this.over.style, { width: `${width}px`, height: `${height}px`, pointerEvents: "none" });
  }

  drawOver() {
    const many = this.shown.ids.length > MANY;
    const camera = JSON.stringify(this.sigma.getCamera().getState());
    const moving = camera !== this.lastCamera;
    this.lastCamera = camera;
    const context = this.over.getContext("2d");
    clearTimeout(this.waiting);
    const { width, height } = this.sigma.getDimensions();
    if (this.over.style.width !== `${width}px` || this.over.style.height !== `${height}px`) this.resize();
    const pixels = devicePixelRatio || 1;
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    if (!this.blank) context.clearRect(0, 0, width, height);
    this.blank = many && moving;
    this.holder.classList.toggle("moving", this.blank);
    if (this.blank) {
      this.waiting = setTimeout(() => this.sigma.scheduleRender(), 120);
      return;
    }
    const light = this.spotlight();
    this.holder.classList.toggle("dimmed", Boolean(light));
    paint(context, this.compose(light, !light));
    this.markPins(context);
  }

  compose(light, labelsOnly = false) {
    const nodes = light ? this.ranked.filter((id) => light.nodes.has(id)) : this.ranked;
    const scene = compose({
      nodes,
      lines: light ? light.lines : labelsOnly ? [] : this.shown.lines,
      total: this.shown.lines.length,
      pointed: light?.about ?? [],
      named: light?.lines ?? [],
      bright: Boolean(light),
      place: (id) => this.where(id),
      find: this.find,
      palette: this.palette,
      size: this.sigma.getDimensions(),
    });
    if (labelsOnly) scene.marks = [];
    return scene;
  }

  markPins(context) {
    context.strokeStyle = this.palette.ink;
    context.lineWidth = 1.5;
    for (const id of this.pins.keys()) {
      if (!this.graph.hasNode(id)) continue;
      const { x, y, r } = this.where(id);
      context.beginPath();
      context.arc(x, y, r + 3, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  /** The ends of the line under a place on the screen, if there is one. */
  lineAt({ x, y }) {
    let best = { off: CLOSE, ends: null };
    for (const { source, target } of this.shown.lines) {
      const [from, to] = [this.where(source), this.where(target)];
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const along = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy || 1);
      if (along < 0 || along > 1) continue;
      const off = Math.hypot(from.x + along * dx - x, from.y + along * dy - y);
      if (off < best.off) best = { off, ends: [source, target] };
    }
    return best.ends;
  }

  /** What export draws: all that is shown, with the lines. */
  scene() {
    return this.compose(null);
  }

  close() {
    clearTimeout(this.waiting);
    this.watcher.disconnect();
    document.removeEventListener("themechange", this.recolour);
    this.sigma.kill();
  }
}

/** Stands in where there is no WebGL: the list and the panel still work. */
export class Blank {
  ranked = [];
  graph = new DirectedGraph();
  show() {}
  place() {}
  choose() {}
  fit() {}
  zoom() {}
  pan() {}
  scene() {
    throw new Error("Without WebGL there is no picture.");
  }
  close() {}
}
