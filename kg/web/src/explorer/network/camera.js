// What part of the picture is seen.

/** Half the side of the square that the camera shows at ratio 1, in units of the positions. */
export const HALF = 500;

/** A picture by sigma whose camera can be moved. */
export class View {
  /** Show some nodes as large as they and their labels allow. */
  fit(ids = this.shown.ids, { least = 0.75, animate = true, positions = null } = {}) {
    const places = ids
      .filter((id) => this.graph.hasNode(id))
      .map((id) => positions?.get(id) ?? this.spot(id));
    if (!places.length) return;
    const span = (at) =>
      places.reduce(
        ([low, high], place) => [Math.min(low, place[at]), Math.max(high, place[at])],
        [Infinity, -Infinity],
      );
    const [[left, right], [bottom, top]] = [span(0), span(1)];
    const { width, height } = this.sigma.getDimensions();
    const side = this.side - 40;
    const ratio = Math.max(
      ((right - left) / (2 * HALF)) * (side / Math.max(80, width - 150)),
      ((top - bottom) / (2 * HALF)) * (side / Math.max(80, height - 90)),
      least,
    );
    this.move(
      { x: 0.5 + (left + right) / 4 / HALF, y: 0.5 + (bottom + top) / 4 / HALF, ratio, angle: 0 },
      animate,
    );
  }

  move(state, animate = true) {
    const camera = this.sigma.getCamera();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (animate && !calm) camera.animate(state, { duration: 250 });
    else camera.setState(state);
  }

  zoom(factor) {
    this.move({ ratio: this.sigma.getCamera().getBoundedRatio(this.sigma.getCamera().ratio / factor) });
  }

  pan(x, y) {
    const { ratio, x: atX, y: atY } = this.sigma.getCamera().getState();
    this.move({ x: atX + 0.08 * ratio * x, y: atY - 0.08 * ratio * y }, false);
  }
}
