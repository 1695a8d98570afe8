// Labels on a canvas in a size that does not change with the zoom, placed so that none covers another.

const LINE = 20;
const LEADING = 15;

/** Boxes on the screen, in a coarse grid that keeps the search for overlaps linear. */
class Boxes {
  cells = new Map();

  *around({ x, y, width, height }) {
    for (let column = Math.floor(x / 64); column <= (x + width) / 64; column += 1) {
      for (let row = Math.floor(y / 32); row <= (y + height) / 32; row += 1) yield column * 65536 + row;
    }
  }

  add(box) {
    for (const cell of this.around(box)) {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push(box);
    }
  }

  /** Whether no box lies here, but for those of one owner. */
  isFree(box, except) {
    for (const cell of this.around(box)) {
      for (const other of this.cells.get(cell) ?? []) {
        if (except && other.owner === except) continue;
        const apart =
          box.x > other.x + other.width ||
          other.x > box.x + box.width ||
          box.y > other.y + other.height ||
          other.y > box.y + box.height;
        if (!apart) return false;
      }
    }
    return true;
  }
}

/** A text on two lines at most. */
function wrap(text) {
  if (text.length <= LINE) return [text];
  let cut = text.lastIndexOf(" ", LINE);
  if (cut < 1) cut = text.indexOf(" ");
  return cut < 1 ? [text] : [text.slice(0, cut), text.slice(cut + 1)];
}

/** The labels of one frame; what is written first takes the best places. Coordinates are CSS pixels. */
export class Labels {
  written = new Boxes();
  discs = new Boxes();

  constructor(context, { width, height, halo, family }) {
    Object.assign(this, { context, width, height, family });
    Object.assign(context, { textAlign: "center", textBaseline: "top", lineJoin: "round", lineWidth: 3.5 });
    context.strokeStyle = halo;
  }

  isSeen({ x, y, width, height }) {
    return x < this.width && x + width > 0 && y < this.height && y + height > 0;
  }

  isWhole({ x, y, width, height }) {
    return x >= 0 && x + width <= this.width && y >= 0 && y + height <= this.height;
  }

  /** A node that labels of others had better not cover. */
  avoid(owner, x, y, radius) {
    const box = { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius, owner };
    if (this.isSeen(box)) this.discs.add(box);
  }

  /** Name a node: below it, else above, right or left of it. `over` may cover nodes, `forced` anything. */
  nameNode(owner, text, x, y, radius, { ink, bold = false, over = false, forced = false }) {
    this.context.font = `${bold ? "600 " : ""}12.5px ${this.family}`;
    const lines = wrap(text);
    const [half, high] = [this.widest(lines) / 2, LEADING * lines.length];
    const off = radius + 3;
    const boxes = [
      this.box(lines, x, y + off, owner),
      this.box(lines, x, y - off - high, owner),
      this.box(lines, x + off + half + 2, y - high / 2, owner),
      this.box(lines, x - off - half - 2, y - high / 2, owner),
    ];
    const whole = boxes.filter((box) => this.isWhole(box));
    const seen = whole.length ? whole : boxes.filter((box) => this.isSeen(box));
    const free = seen.filter((box) => this.written.isFree(box));
    const box =
      free.find((one) => this.discs.isFree(one, owner)) ??
      (over || forced ? free[0] : null) ??
      (forced ? (seen[0] ?? boxes[0]) : null);
    if (box) this.write(lines, box, ink);
  }

  /** Name a line at its middle. */
  nameEdge(text, x, y, ink) {
    this.context.font = `italic 11.5px ${this.family}`;
    const box = this.box([text], x, y - LEADING / 2, null);
    if (this.isSeen(box) && this.written.isFree(box)) this.write([text], box, ink);
  }

  widest(lines) {
    return Math.max(...lines.map((text) => this.context.measureText(text).width));
  }

  box(lines, x, y, owner) {
    const width = this.widest(lines) + 6;
    return { x: x - width / 2, y: y - 2, width, height: LEADING * lines.length + 2, owner };
  }

  write(lines, box, ink) {
    this.written.add(box);
    this.context.fillStyle = ink;
    for (const [index, text] of lines.entries()) {
      const [x, y] = [box.x + box.width / 2, box.y + 2 + LEADING * index];
      this.context.strokeText(text, x, y);
      this.context.fillText(text, x, y);
    }
  }
}
