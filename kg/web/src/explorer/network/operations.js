// What was done to a canvas, as a list of operations: the address holds it, undo and redo walk it, and a replay of it
// gives the same canvas again. An operation is an array of its name and what it is about.
import { RELATIONS, TYPES } from "../../shared/kinds.js";

/** So many neighbours come at a time. */
export const PAGE = 50;
const MOST = 5000;
const LONGEST = 1 << 20;
const PLAIN = 900;

const text = (value) => (value.length > 0 && value.length <= 2000 ? value : undefined);
const whole = (least, most) => (value) =>
  /^-?\d{1,7}$/.test(value) && value >= least && value <= most ? Number(value) : undefined;
const oneOf = (names) => (value) => (names.includes(value) ? value : undefined);

/** By name: how each of its values is read; what can't be is undefined. */
const OPERATIONS = {
  start: [text],
  expand: [text, oneOf(["", ...RELATIONS.keys()]), oneOf(["", "out", "in"]), whole(0, 1e6)],
  collapse: [text],
  hide: [text],
  reveal: [],
  remove: [text],
  pin: [text, whole(-1e6, 1e6), whole(-1e6, 1e6)],
  unpin: [text],
  focus: [text, whole(1, 3)],
  unfocus: [],
  path: [text, text],
  sample: [whole(1, MOST)],
  filter: [(value) => (parseFilters(value) ? value : undefined)],
  seed: [whole(1, 1e6)],
  clear: [],
};

const escape = (value) => encodeURIComponent(value).replaceAll("%2F", "/");

/** Operations as text: `start,entity/grpo;expand,entity/grpo,uses,in,0`. */
export function write(operations) {
  return operations.map((operation) => operation.map(escape).join(",")).join(";");
}

/** The operations that a text stands for. Throws an Error that says what it does not understand. */
export function read(written) {
  if (!written) return [];
  return written.split(";").map((part) => {
    let [name, ...values] = [];
    try {
      [name, ...values] = part.split(",").map(decodeURIComponent);
    } catch {
      throw new Error(`“${part.slice(0, 80)}” is no operation`);
    }
    const readers = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : null;
    const given = readers?.map((reader, at) => reader(values[at] ?? ""));
    if (!readers || readers.length < values.length || given.includes(undefined))
      throw new Error(`“${part.slice(0, 80)}” is no operation`);
    return [name, ...given];
  });
}

/** The fragment of an address: the operations, packed if they are long, and the node or link that is chosen. */
export async function toFragment(operations, chosen) {
  const parts = [];
  const written = write(operations);
  if (written.length > PLAIN) parts.push(`packed=${await pack(written)}`);
  else if (written) parts.push(`do=${written}`);
  if (chosen.length) parts.push(`chosen=${chosen.map(escape).join(",")}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

/** What a fragment holds; the other way of `toFragment`. Throws an Error where it holds something else. */
export async function fromFragment(fragment) {
  const parts = new Map(
    fragment
      .replace(/^#/, "")
      .split("&")
      .map((part) => [part.split("=")[0], part.slice(part.indexOf("=") + 1)]),
  );
  const known = ["do", "packed", "chosen"].some((name) => parts.has(name));
  if (fragment.length > 1 && !known) throw new Error("it names no operations");
  const written = parts.has("packed") ? await unpack(parts.get("packed")) : (parts.get("do") ?? "");
  let chosen = [];
  try {
    chosen = parts.has("chosen")
      ? parts.get("chosen").split(",", 2).map(decodeURIComponent).filter(text)
      : [];
  } catch {
    throw new Error("it names no node");
  }
  return { operations: read(written), chosen };
}

async function through(bytes, transform) {
  const chunks = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    size += next.value.length;
    if (size > LONGEST) throw new Error("it is too long");
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

async function pack(written) {
  const bytes = await through(new TextEncoder().encode(written), new CompressionStream("deflate-raw"));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpack(packed) {
  let unpacked;
  try {
    const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
    unpacked = await through(bytes, new DecompressionStream("deflate-raw"));
  } catch {
    throw new Error("it was cut or changed on the way");
  }
  return new TextDecoder().decode(unpacked);
}

// ---- filters ----------------------------------------------------------------------------------------------------

/** Filters as text for an operation; empty if nothing is left out. */
export function writeFilters({
  types = [],
  relations = [],
  confidence = 0,
  from = "",
  until = "",
  list = "",
}) {
  const given = { types: types.join("."), relations: relations.join("."), confidence, from, until, list };
  return new URLSearchParams(Object.entries(given).filter(([, value]) => value)).toString();
}

/** Filters from their text: the types and relations left out, and what papers and claims must be; null if unclear. */
export function parseFilters(written) {
  const given = new URLSearchParams(written);
  const names = (key) => (given.get(key) ? given.get(key).split(".") : []);
  const year = (key) => given.get(key) ?? "";
  const filters = {
    types: names("types"),
    relations: names("relations"),
    confidence: Number(given.get("confidence") ?? 0),
    from: year("from"),
    until: year("until"),
    list: (given.get("list") ?? "").slice(0, 500),
  };
  const clear =
    filters.types.every((type) => TYPES.has(type)) &&
    filters.relations.every((relation) => RELATIONS.has(relation)) &&
    filters.confidence >= 0 &&
    filters.confidence <= 1 &&
    /^(\d{4})?$/.test(filters.from) &&
    /^(\d{4})?$/.test(filters.until);
  return clear ? filters : null;
}

/** The same filters as the API takes them. */
export function apiFilters({ types, relations, confidence, from, until, list }) {
  const left = (all, gone) => [...all.keys()].filter((name) => !gone.includes(name));
  return {
    ...(types.length ? { types: left(TYPES, types) } : {}),
    ...(relations.length ? { relations: left(RELATIONS, relations) } : {}),
    ...(confidence ? { min_confidence: confidence } : {}),
    ...(from ? { from: Number(from) } : {}),
    ...(until ? { until: Number(until) } : {}),
    ...(list ? { list } : {}),
  };
}
