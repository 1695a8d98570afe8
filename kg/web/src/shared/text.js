// Words and numbers as people read them.

export const many = new Intl.NumberFormat("en").format;

/** "1 paper", "2 papers". */
export function count(number, one, several = `${one}s`) {
  return `${many(number)} ${number === 1 ? one : several}`;
}

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A title as the label of a node: what stands before its colon, or its first words. */
export function shortTitle(title, limit = 36) {
  const colon = title.indexOf(": ");
  if (colon >= 2 && colon <= limit) return title.slice(0, colon);
  const points = Array.from(title);
  if (points.length <= limit) return title;
  const cut = points.slice(0, limit).join("");
  const words = cut.slice(0, cut.lastIndexOf(" ")).replace(/[ ,;:\-–]+$/, "");
  return `${cut.includes(" ") ? words : cut}…`;
}

/** Text as it is compared in searching: without case and accents. */
export function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** A number with its unit, a gain with its sign: "+3.2 points", "66.6%". */
export function score({ value, unit, kind }) {
  const gap = /^\p{L}+$/u.test(unit) && unit !== "x" ? " " : "";
  return `${kind === "improvement" && !value.startsWith("-") ? "+" : ""}${value}${gap}${unit}`;
}
