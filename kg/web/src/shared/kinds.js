// What there is in a graph: the types of nodes and the relations between them, with their names and signs.

const type = (id, plural, shape, path) => ({ id, name: id, plural, shape, path });

/** By id: name, plural, the shape that vis-network knows, and the same shape as a path in a box of 16 by 16. */
export const TYPES = new Map(
  [
    type("Paper", "Papers", "square", "M2 2h12v12H2z"),
    type("Task", "Tasks", "hexagon", "M4 1.1h8L16 8l-4 6.9H4L0 8z"),
    type("Method", "Methods", "dot", "M8 1a7 7 0 1 1 0 14 7 7 0 0 1 0-14z"),
    type("Model", "Models", "triangle", "M8 1l7.5 13.5H.5z"),
    type("Dataset", "Datasets", "diamond", "M8 0l8 8-8 8-8-8z"),
    type("Benchmark", "Benchmarks", "star", "M8 .3l2.3 5.1 5.5.6-4.1 3.7 1.2 5.5L8 12.4l-4.9 2.8 1.2-5.5L.2 6l5.5-.6z"),
    type("Metric", "Metrics", "triangleDown", "M8 15L.5 1.5h15z"),
  ].map((one) => [one.id, one]),
);

const claim = (id, name, inverse) => ({ id, name, inverse, derived: false, arrow: false });
const link = (id, name, inverse) => ({ id, name, inverse, derived: true, arrow: true });

/** By id, in the order in which they are shown: the name read from the source, and from the target. */
export const RELATIONS = new Map(
  [
    claim("introduces", "introduces", "introduced by"),
    claim("trainsOn", "trains on", "used for training by"),
    claim("evaluatesOn", "evaluates on", "used for evaluation by"),
    claim("comparesWith", "compares with", "compared against by"),
    claim("uses", "uses", "used by"),
    claim("addresses", "addresses", "addressed by"),
    claim("measures", "measures", "measured by"),
    claim("mentions", "mentions", "mentioned by"),
    link("usesMethodIn", "uses a method of", "its method is used by"),
    link("usesDataFrom", "uses data of", "its data is used by"),
    link("extends", "extends", "extended by"),
    { id: "broader", name: "is a kind of", inverse: "has the kinds", derived: false, arrow: true },
  ].map((one) => [one.id, one]),
);
