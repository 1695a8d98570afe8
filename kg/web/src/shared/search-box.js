// A search box that answers while one types: the combobox pattern of the ARIA practices guide.
import { element } from "./dom.js";

/**
 * Tie an input to a list of matches.
 *
 * `find(text)` gives (a promise of) `{matches, total}`; `draw(match)` the children of its entry; `pick(match)` is
 * called with the one chosen; `say(text)` tells a screen reader. A slow answer to an earlier text is dropped.
 */
export function searchBox({ input, list, find, draw, pick, say }) {
  let found = [];
  let active = -1;
  let asked = 0;

  async function look() {
    const text = input.value.trim();
    const number = (asked += 1);
    let answer = { matches: [], total: 0 };
    let none = "Nothing here by that name";
    try {
      if (text) answer = await find(text);
    } catch (error) {
      none = error.message;
    }
    if (number !== asked) return;
    const { matches, total } = answer;
    found = matches;
    list.replaceChildren(
      ...found.map((match, index) =>
        element(
          "li",
          {
            id: `${list.id}-${index}`,
            role: "option",
            "aria-selected": "false",
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => choose(index),
          },
          ...draw(match, text),
        ),
      ),
    );
    if (text && !found.length) list.append(element("li", { className: "note", role: "presentation" }, none));
    if (text) say(total ? (total === 1 ? "1 match" : `${total} matches`) : none);
    open(Boolean(text) && document.activeElement === input);
    activate(found.length ? 0 : -1);
  }

  function open(wanted) {
    list.hidden = !wanted;
    input.setAttribute("aria-expanded", String(wanted));
  }

  function activate(index) {
    active = index;
    for (const [at, option] of [...list.children].entries())
      option.setAttribute("aria-selected", String(at === index));
    if (index < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", `${list.id}-${index}`);
      list.children[index].scrollIntoView({ block: "nearest" });
    }
  }

  function choose(index) {
    asked += 1;
    open(false);
    input.value = "";
    pick(found[index]);
  }

  input.addEventListener("input", look);
  input.addEventListener("focus", () => input.value && look());
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") open(false);
    else if (event.key === "Enter" && active >= 0 && !list.hidden) choose(active);
    else if (event.key === "ArrowDown" && found.length) activate((active + 1) % found.length);
    else if (event.key === "ArrowUp" && found.length) activate((active - 1 + found.length) % found.length);
    else return;
    event.preventDefault();
  });
}
