// Elements. Everything that comes from a paper is set as text, never as markup.

/** An element with properties (`aria-…`, `role` and the like as attributes) and children; a string child is text. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** A drawing of one path, hidden from screen readers. */
export function drawing(className, box, path, attributes = {}) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("viewBox", box);
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(space, "path");
  shape.setAttribute("d", path);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  svg.append(shape);
  return svg;
}

/** A link that leaves the page; anything but http and https stays text. */
export function outwardLink(text, href) {
  let url;
  try {
    url = new URL(href);
  } catch {
    return element("span", {}, text);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return element("span", {}, text);
  return element("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, text);
}
