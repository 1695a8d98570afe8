// What is shown where there is nothing: the search goes on from here.
import { element } from "../../shared/dom.js";

export async function open(place, url) {
  const [, kind, key] = url.pathname.split("/");
  const wanted = ["entity", "paper", "list", "leaderboard"].includes(kind)
    ? `no ${kind} “${read(key)}”`
    : "no such page";
  place.append(
    element("h1", { tabIndex: -1 }, "Not found"),
    element(
      "p",
      {},
      `The graph has ${wanted} here. Search for it above, or `,
      element("a", { href: "/" }, "start over"),
      ".",
    ),
  );
  return { title: "Not found" };
}

function read(key = "") {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
