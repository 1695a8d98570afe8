// The papers on their places, drawn on a canvas that moves and zooms.
import { Labels } from "../shared/labels.js";
import { TYPES } from "../shared/kinds.js";

const SHAPES = [
  "M8 1a7 7 0 1 1 0 14 7 7 0 0 1 0-14z",
  ...["Paper", "Dataset", "Model", "Metric", "Benchmark", "Task"].map((id) => TYPES.get(id).path),
];
const COLOURS = 12;

/** The path of a group's mark, in a box of 16 by 16. */
export const shapeOf = (number) => SHAPES[number % SHAPES.length];

/** The name of a group's colour among the page's custom properties. */
export const colourOf = (number) => (number >= 0 && number < COLOURS ? `--c${number}` : "--others");

/** Draws `papers` and `related` into a canvas; `state` says what is chosen and hovered, `isShown` what passes the filters. */
export class Chart {
  constructor(canvas, { papers, related, state, isShown, onPick, onHover }) {
    Object.assign(this, { canvas, papers, related, state, isShown, onPick, onHover });
    this.paths = SHAPES.map((path) => new Path2D(path));
    this.view = { x: 0.5, y: 0.5, scale: 1 };
    this.pointers = new Map();
    new ResizeObserver(() => this.resize()).observe(canvas);
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"])
      canvas.addEventListener(name, (event) => this.point(event));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth || !clientHeight) return;
    const pixels = Math.min(devicePixelRatio || 1, 2);
    this.canvas.width = Math.round(clientWidth * pixels);
    this.canvas.height = Math.round(clientHeight * pixels);
    if (!this.fitted) this.fit();
    this.draw();
  }

  /** Show some papers as large as they and their labels allow. */
  fit(papers = this.papers.filter(this.isShown)) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!papers.length || !width) return;
    this.fitted = true;
    const xs = papers.map(({ x }) => x);
    const ys = papers.map(({ y }) => y);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    this.view = {
      x: (left + right) / 2,
      y: (top + bottom) / 2,
      scale: Math.min(
        (width - 120) / Math.max(right - left, 0.02),
        (height - 90) / Math.max(bottom - top, 0.02),
        6000,
      ),
    };
    this.draw();
  }

  at({ x, y }) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return [
      (x - this.view.x) * this.view.scale + width / 2,
      (y - this.view.y) * this.view.scale + height / 2,
    ];
  }

  zoom(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const scale = Math.min(Math.max(this.view.scale * factor, 60), 60000);
    const [dx, dy] = [x - width / 2, y - height / 2];
    this.view.x += dx / this.view.scale - dx / scale;
    this.view.y += dy / this.view.scale - dy / scale;
    this.view.scale = scale;
    this.draw();
  }

  pan(x, y) {
    this.view.x += x / this.view.scale;
    this.view.y += y / this.view.scale;
    this.draw();
  }

  wheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
  }

  key(event) {
    const actions = {
      ArrowLeft: () => this.pan(-60, 0),
      ArrowRight: () => this.pan(60, 0),
      ArrowUp: () => this.pan(0, -60),
      ArrowDown: () => this.pan(0, 60),
      "+": () => this.zoom(1.3),
      "=": () => this.zoom(1.3),
      "-": () => this.zoom(1 / 1.3),
      0: () => this.fit(),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  point(event) {
    const { pointerId, type, offsetX: x, offsetY: y } = event;
    const before = this.pointers.get(pointerId);
    if (type === "pointerdown") {
      this.canvas.setPointerCapture(pointerId);
      this.pointers.set(pointerId, { x, y, moved: 0 });
    } else if (type === "pointermove" && before) {
      const others = [...this.pointers].filter(([id]) => id !== pointerId).map(([, at]) => at);
      const moved = before.moved + Math.hypot(x - before.x, y - before.y);
      if (others.length) {
        const far = (at) => Math.hypot(at.x - others[0].x, at.y - others[0].y);
        this.zoom(far({ x, y }) / Math.max(far(before), 1), (x + others[0].x) / 2, (y + others[0].y) / 2);
      } else this.pan(before.x - x, before.y - y);
      this.pointers.set(pointerId, { x, y, moved });
    } else if (type === "pointermove") {
      this.onHover(this.nearest(x, y));
    } else {
      this.pointers.delete(pointerId);
      if (type === "pointerup" && before && before.moved < 5) this.onPick(this.nearest(x, y));
      if (type === "pointerleave") this.onHover(null);
    }
  }

  /** The paper under a point; null if there is none. */
  nearest(x, y) {
    let [best, least] = [null, 14];
    for (const paper of this.papers) {
      if (!this.isShown(paper)) continue;
      const [atX, atY] = this.at(paper);
      const far = Math.hypot(atX - x, atY - y);
      if (far < least) [best, least] = [paper, far];
    }
    return best;
  }

  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.paint();
    });
  }

  paint() {
    const context = this.canvas.getContext("2d");
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    const pixels = this.canvas.width / width;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    context.setTransform(pixels, 0, 0, pixels, 0, 0);
    context.clearRect(0, 0, width, height);
    const { chosen, hovered } = this.state;
    const focus = chosen ?? hovered;
    const near = focus
      ? new Set([focus, ...focus.related.flatMap(({ source, target }) => [source, target])])
      : null;
    const shown = this.papers.filter(this.isShown);
    const veil = Math.min(1, Math.max(0.1, 120 / (this.related.length || 1)));
    for (const pair of this.related) {
      if (!this.isShown(pair.source) || !this.isShown(pair.target)) continue;
      const mine = focus && (pair.source === focus || pair.target === focus);
      context.globalAlpha = mine ? 1 : focus ? veil / 3 : veil;
      context.strokeStyle = colour(mine ? "--accent" : "--edge");
      context.lineWidth = 0.5 + 2.5 * pair.score;
      context.beginPath();
      context.moveTo(...this.at(pair.source));
      context.lineTo(...this.at(pair.target));
      context.stroke();
    }
    const radius = Math.max(
      3,
      Math.min(8, this.view.scale / 12 / Math.sqrt(Math.max(this.papers.length, 1)) + 2),
    );
    const family = getComputedStyle(document.body).fontFamily;
    const labels = new Labels(context, { width, height, halo: colour("--ground"), family });
    const inks = new Map();
    for (const paper of shown) {
      const name = colourOf(paper.cluster);
      if (!inks.has(name)) inks.set(name, colour(name));
      const [x, y] = this.at(paper);
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
      const size = paper === focus ? radius * 1.5 : radius;
      context.save();
      context.globalAlpha = near && !near.has(paper) ? 0.25 : 1;
      context.translate(x - size, y - size);
      context.scale(size / 8, size / 8);
      context.fillStyle = inks.get(name);
      context.strokeStyle = colour(paper === chosen ? "--accent" : "--ground");
      context.lineWidth = paper === chosen ? 3 : 1.5;
      const path = this.paths[Math.max(paper.cluster, 0) % this.paths.length];
      context.fill(path);
      context.stroke(path);
      context.restore();
      labels.avoid(paper, x, y, size);
    }
    context.globalAlpha = 1;
    // What `new Labels` set is lost where a mark was stroked.
    context.strokeStyle = colour("--ground");
    context.lineWidth = 3.5;
    const ink = colour("--ink");
    const name = (paper, how) =>
      labels.nameNode(paper, paper.label, ...this.at(paper), radius, { ink, ...how });
    if (focus && this.isShown(focus)) name(focus, { bold: true, forced: true });
    for (const paper of shown) if (paper !== focus && (!near || near.has(paper))) name(paper, {});
  }
}
