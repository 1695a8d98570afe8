// Where each node is: the steps of a replay, followed one after the other in a worker.

/** How large a node is drawn, in the unit of the positions. */
export function radius({ degree }) {
  return 6 + Math.min(18, 1.2 * Math.sqrt(degree));
}

const KEPT = 60;

export class Layout {
  constructor() {
    this.worker = new Worker("/assets/layout-worker.js", { type: "module" });
    this.worker.onmessage = ({ data }) => this.told(data);
    this.worker.onerror = () => this.failed();
    this.job = 0;
    this.running = null;
    this.queue = Promise.resolve();
    /** Positions after a step, by the step's key. */
    this.cache = new Map();
  }

  /**
   * Follow steps to the positions after the last: a promise of a map from id to [x, y].
   *
   * `facts` gives `find(id)` and `between(ids)`; `progress(positions, done)` is told on the way, of the last step only.
   * `live()` says whether anybody still waits; a step that was begun is finished all the same.
   */
  follow(steps, facts, progress, live) {
    const result = this.queue.then(() => this.walk(steps, facts, progress, live));
    this.queue = result.catch(() => {});
    return result;
  }

  async walk(steps, facts, progress, live) {
    let positions = new Map();
    const known = steps.findLastIndex(({ key }) => key !== undefined && this.cache.has(key));
    const arranged = steps.findLastIndex(({ key }) => key !== undefined);
    for (const [index, step] of steps.entries()) {
      if (index < known) continue;
      if (step.pinned) {
        positions = new Map(positions).set(step.pinned, step.at);
        continue;
      }
      if (!this.cache.has(step.key)) {
        if (!live()) return null;
        const tell = index === arranged ? progress : () => {};
        this.remember(step.key, await this.arrange(step, positions, facts, tell));
      }
      positions = this.cache.get(step.key);
    }
    return positions;
  }

  remember(key, positions) {
    this.cache.delete(key);
    this.cache.set(key, positions);
    if (this.cache.size > KEPT) this.cache.delete(this.cache.keys().next().value);
  }

  arrange({ ids, pins, seed, afresh }, before, { find, between }, tell) {
    const known = ids.filter((id) => find(id));
    if (!afresh && known.every((id) => before.has(id)))
      return Promise.resolve(new Map(known.map((id) => [id, before.get(id)])));
    const index = new Map(known.map((id, at) => [id, at]));
    const positions = new Float32Array(2 * known.length).fill(NaN);
    const fixed = new Uint8Array(known.length);
    const sizes = new Float32Array(known.length);
    for (const [at, id] of known.entries()) {
      const place = pins.get(id) ?? (afresh ? null : before.get(id));
      if (place) positions.set(place, 2 * at);
      fixed[at] = pins.has(id) ? 1 : 0;
      sizes[at] = radius(find(id));
    }
    const pairs = new Set();
    for (const { source, target } of between(new Set(known))) {
      const [one, other] = [index.get(source), index.get(target)];
      if (one !== other) pairs.add(Math.min(one, other) * known.length + Math.max(one, other));
    }
    const edges = new Uint32Array(2 * pairs.size);
    let at = 0;
    for (const pair of pairs) {
      edges[at++] = Math.floor(pair / known.length);
      edges[at++] = pair % known.length;
    }
    return new Promise((done, fail) => {
      this.job += 1;
      this.running = { job: this.job, known, tell, done, fail };
      this.worker.postMessage({ job: this.job, seed, positions, fixed, sizes, edges });
    });
  }

  told({ job, positions, done }) {
    if (job !== this.running?.job) return;
    const { known, tell, done: finish } = this.running;
    const places = new Map(known.map((id, at) => [id, [positions[2 * at], positions[2 * at + 1]]]));
    if (done) {
      this.running = null;
      finish(places);
    } else tell(places);
  }

  failed() {
    this.running?.fail(new Error("The layout could not be computed."));
    this.running = null;
  }

  close() {
    this.worker.terminate();
    this.failed();
  }
}
