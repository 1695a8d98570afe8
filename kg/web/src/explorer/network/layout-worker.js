// The layout, in a worker: ForceAtlas2 (Jacomy et al. 2014, as graphology has it) from where the nodes are, then those
// that overlap pushed apart. The number of rounds depends on the graph alone, so that the same graph, places and seed
// give the same picture.
import iterate from "graphology-layout-forceatlas2/iterate.js";

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
/** Units of the canvas for one of ForceAtlas2; screens and labels are wider than high. */
const [WIDE, HIGH] = [3.2, 2.5];
const COARSE = 300;
const REPORT = 120;
// The columns of the matrix of nodes.
const [X, Y, MASS, CONVERGENCE, SIZE, FIXED, COLUMNS] = [0, 1, 6, 7, 8, 9, 10];

addEventListener("message", async ({ data }) => {
  const { job, seed, positions, fixed, sizes, edges } = data;
  const layout = new Layout(positions, fixed, sizes, edges, seed);
  let reported = performance.now();
  for (const pause of layout.run()) {
    if (pause && performance.now() - reported > REPORT) {
      send(job, layout.positions(), false);
      await new Promise((done) => setTimeout(done));
      reported = performance.now();
    }
  }
  send(job, layout.positions(), true);
});

function send(job, positions, done) {
  postMessage({ job, positions, done }, [positions.buffer]);
}

class Layout {
  constructor(positions, fixed, sizes, edges, seed) {
    this.count = sizes.length;
    this.sizes = sizes;
    this.fixed = fixed;
    this.edges = edges;
    this.seed = seed;
    this.x = new Float64Array(this.count);
    this.y = new Float64Array(this.count);
    this.beside = Array.from({ length: this.count }, () => []);
    for (let edge = 0; edge < edges.length; edge += 2) {
      this.beside[edges[edge]].push(edges[edge + 1]);
      this.beside[edges[edge + 1]].push(edges[edge]);
    }
    this.placed = new Uint8Array(this.count);
    for (let node = 0; node < this.count; node += 1) {
      this.placed[node] = Number.isNaN(positions[2 * node]) ? 0 : 1;
      this.x[node] = positions[2 * node] / WIDE;
      this.y[node] = positions[2 * node + 1] / HIGH;
    }
  }

  positions() {
    const flat = new Float32Array(2 * this.count);
    for (let node = 0; node < this.count; node += 1) {
      flat[2 * node] = this.x[node] * WIDE;
      flat[2 * node + 1] = this.y[node] * HIGH;
    }
    return flat;
  }

  *run() {
    const all = Array.from(this.beside.keys());
    const known = this.placed.reduce((sum, one) => sum + one, 0);
    const ranked = all.toSorted(
      (one, other) => this.beside[other].length - this.beside[one].length || one - other,
    );
    if (known < this.count / 2 && this.count > 2 * COARSE) {
      // The best linked first, so that the others find their place amid them.
      const coarse = ranked.slice(0, COARSE);
      this.place(coarse);
      yield* this.forces(coarse, 250);
    }
    this.place(ranked);
    yield true;
    const rounds = known > this.count / 2 ? 120 : 300;
    yield* this.forces(all, Math.max(30, Math.min(rounds, Math.round(90000 / Math.max(1, this.count)))));
    yield* this.apart();
  }

  /** Give each node that has none a place: amid its neighbours that have one, off it by a spiral. */
  place(nodes) {
    let number = 0;
    for (const node of nodes) {
      if (this.placed[node]) continue;
      let [x, y, near] = [0, 0, 0];
      for (const other of this.beside[node]) {
        if (!this.placed[other]) continue;
        x += this.x[other];
        y += this.y[other];
        near += 1;
      }
      number += 1;
      const angle = GOLDEN_ANGLE * (number + this.seed);
      const away = 3 + Math.sqrt(number);
      this.x[node] = x / Math.max(1, near) + away * Math.cos(angle);
      this.y[node] = y / Math.max(1, near) + away * Math.sin(angle);
      this.placed[node] = 1;
    }
  }

  /** Rounds of ForceAtlas2 over some of the nodes. */
  *forces(nodes, rounds) {
    if (nodes.length < 2) return;
    const index = new Int32Array(this.count).fill(-1);
    for (const [at, node] of nodes.entries()) index[node] = at;
    const matrix = new Float32Array(nodes.length * COLUMNS);
    const links = [];
    for (let edge = 0; edge < this.edges.length; edge += 2) {
      const [one, other] = [index[this.edges[edge]], index[this.edges[edge + 1]]];
      if (one >= 0 && other >= 0) links.push(one * COLUMNS, other * COLUMNS, 1);
    }
    for (const [at, node] of nodes.entries()) {
      const row = at * COLUMNS;
      matrix[row + X] = this.x[node];
      matrix[row + Y] = this.y[node];
      matrix[row + MASS] = 1;
      matrix[row + CONVERGENCE] = 1;
      matrix[row + SIZE] = this.sizes[node] / HIGH;
      matrix[row + FIXED] = this.fixed[node];
    }
    for (let link = 0; link < links.length; link += 3) {
      matrix[links[link] + MASS] += 1;
      matrix[links[link + 1] + MASS] += 1;
    }
    const matrixOfEdges = Float32Array.from(links);
    const options = {
      linLogMode: false,
      outboundAttractionDistribution: false,
      adjustSizes: false,
      edgeWeightInfluence: 1,
      // Few nodes have room for their labels between them.
      scalingRatio: Math.min(30, Math.max(8, 600 / nodes.length)),
      strongGravityMode: false,
      gravity: 1.5,
      slowDown: 1 + Math.log(nodes.length),
      barnesHutOptimize: nodes.length > 400,
      barnesHutTheta: 0.8,
    };
    for (let round = 0; round < rounds; round += 1) {
      iterate(options, matrix, matrixOfEdges);
      for (const [at, node] of nodes.entries()) {
        this.x[node] = matrix[at * COLUMNS + X];
        this.y[node] = matrix[at * COLUMNS + Y];
      }
      yield this.placed.every(Boolean);
    }
  }

  /** Push nodes that overlap away from each other, those that are fixed excepted. */
  *apart(rounds = 40) {
    const largest = Math.max(1, ...this.sizes);
    const gap = Math.max(5, Math.min(this.count < 30 ? 110 : 56, 6000 / this.count));
    const cell = 2 * largest + gap;
    for (let round = 0; round < rounds; round += 1) {
      const cells = new Map();
      const at = (x, y) => Math.floor((x * WIDE) / cell) * 65536 + Math.floor((y * HIGH) / cell);
      for (let node = 0; node < this.count; node += 1) {
        const here = at(this.x[node], this.y[node]);
        if (!cells.has(here)) cells.set(here, []);
        cells.get(here).push(node);
      }
      let moved = 0;
      for (const [here, nodes] of cells) {
        for (const next of [0, 1, 65535, 65536, 65537]) {
          const others = next ? cells.get(here + next) : nodes;
          if (!others) continue;
          for (const one of nodes) {
            for (const other of others) if (next || one < other) moved += this.part(one, other, gap);
          }
        }
      }
      if (!moved) return;
      yield true;
    }
  }

  part(one, other, gap) {
    let dx = (this.x[other] - this.x[one]) * WIDE;
    let dy = (this.y[other] - this.y[one]) * HIGH;
    const wanted = this.sizes[one] + this.sizes[other] + gap;
    let distance = Math.sqrt(dx * dx + dy * dy);
    if (distance >= wanted - 0.01 || (this.fixed[one] && this.fixed[other])) return 0;
    if (distance < 1e-6) {
      [dx, dy, distance] = [Math.cos(one), Math.sin(one), 1];
    }
    const push = ((wanted - Math.min(distance, wanted)) / distance) * 0.5 || 0.5;
    const [left, right] = this.fixed[one] ? [0, 2] : this.fixed[other] ? [2, 0] : [1, 1];
    this.x[one] -= (dx * push * left) / WIDE;
    this.y[one] -= (dy * push * left) / HIGH;
    this.x[other] += (dx * push * right) / WIDE;
    this.y[other] += (dy * push * right) / HIGH;
    return 1;
  }
}
