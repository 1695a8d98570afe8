// One canvas with its past and its future: runs operations, keeps the address, and draws what they come to.
import { Knowledge } from "./knowledge.js";
import { Layout } from "./layout.js";
import { fromFragment, toFragment, write } from "./operations.js";
import { replay, view } from "./replay.js";

/** With at most so many nodes, the picture is fitted to all of them after each operation. */
const SMALL = 400;

export class Session {
  operations = [];
  /** Where the last request leads, which may still be on its way. */
  wanted = [];
  undone = [];
  chosen = [];
  state = replay([], () => undefined);
  shown = { ids: [], lines: [] };
  edges = [];
  positions = new Map();
  knowledge = new Knowledge();
  layout = new Layout();
  turn = 0;

  /** `canvas` draws; `tell` has changed(), problem(text), busy(text). */
  constructor(canvas, tell) {
    this.canvas = canvas;
    this.tell = tell;
  }

  find = (id) => this.knowledge.find(id);

  /** Do something, and put it into the address; gives whether it could be done. */
  run(...operations) {
    return this.go([...this.wanted, ...operations], { push: true });
  }

  undo() {
    return this.wanted.length ? this.go(this.wanted.slice(0, -1), { push: true }) : false;
  }

  redo() {
    return this.undone.length ? this.go([...this.operations, this.undone[0]], { push: true }) : false;
  }

  /** Show what a fragment of an address holds. */
  async open(fragment) {
    try {
      const { operations, chosen } = await fromFragment(fragment);
      await this.go(operations, { chosen, link: true });
    } catch (error) {
      await this.go([], { chosen: [], link: true });
      this.tell.problem(`This address holds no canvas: ${error.message}.`);
    }
  }

  /** Go to where some operations lead. `link`: as far as it is possible; otherwise it is all or nothing. */
  async go(operations, { chosen = this.chosen, push = false, replace = false, link = false } = {}) {
    const turn = (this.turn += 1);
    this.wanted = operations;
    const { knowledge } = this;
    const late = () => turn !== this.turn;
    this.tell.busy("Asking the server…");
    const problems = await knowledge.ask(operations, [...knowledge.complete]);
    if (late()) return false;
    if (link && problems.length) {
      operations = knowledge.answered(operations);
      chosen = chosen.filter(this.find);
      replace = false;
    }
    const state = replay(operations, knowledge.answer);
    const list = new URLSearchParams(state.filters).get("list");
    const ever = [...new Set([...state.nodes.keys(), ...state.steps.flatMap(({ ids }) => ids ?? [])])];
    try {
      await knowledge.fill(ever, list);
    } catch (error) {
      problems.push(error);
    }
    if (late()) return false;
    this.tell.problem([...new Set(problems.map(({ message }) => message))].join(" "));
    if (problems.length && !link) {
      this.wanted = this.operations;
      this.tell.busy("");
      return false;
    }
    this.wanted = operations;
    this.remember(operations);
    const turned = state.seed !== this.state.seed || state.focus?.id !== this.state.focus?.id;
    const deeper = state.focus?.depth !== this.state.focus?.depth;
    Object.assign(this, { operations, state, chosen });
    if (push || replace) await this.write(push);
    this.draw(late, link || turned || deeper);
    return true;
  }

  /** What was undone can be done again, as long as nothing else is done. */
  remember(operations) {
    const [before, after] = [write(this.operations), write(operations)];
    const starts = (long, short) => long === short || short === "" || long.startsWith(`${short};`);
    if (starts(before, after)) this.undone = [...this.operations.slice(operations.length), ...this.undone];
    else if (starts(write([...this.operations, ...this.undone]), after) && starts(after, before))
      this.undone = this.undone.slice(operations.length - this.operations.length);
    else this.undone = [];
  }

  async write(push) {
    const fragment = await toFragment(this.operations, this.chosen);
    if (push && fragment === location.hash) return;
    history[push ? "pushState" : "replaceState"](null, "", `/network${fragment}`);
  }

  /** Draw the state; `whole`: fit the picture to all of it. */
  async draw(late, whole) {
    const { state, knowledge, canvas } = this;
    const listed = knowledge.listed(new URLSearchParams(state.filters).get("list"));
    const edges = knowledge.between(new Set(state.nodes.keys()));
    const shown = view(state, { find: this.find, edges, listed });
    const before = new Set(this.shown.ids);
    const isNew = shown.ids.some((id) => !before.has(id));
    Object.assign(this, { shown, edges });
    this.following = whole || !before.size || (isNew && shown.ids.length <= SMALL);
    this.tell.changed();
    let drawn = false;
    const progress = (positions) => {
      if (late()) return;
      this.positions = positions;
      if (drawn) canvas.place(positions);
      else canvas.show(shown, this.find, state.pins, positions);
      if (this.following) canvas.fit(shown.ids, { animate: !drawn && before.size > 0, positions });
      if (!drawn) this.light();
      drawn = true;
    };
    this.tell.busy("Arranging…");
    try {
      const positions = await this.layout.follow(state.steps, knowledge, progress, () => !late());
      if (positions) progress(positions);
    } catch (error) {
      this.tell.problem(error.message);
    }
    if (late()) return;
    this.following = false;
    this.tell.busy("");
  }

  /** Choose a node (one id), a link or a path (two ids), or nothing. */
  async choose(chosen, { push = true } = {}) {
    const same = chosen.join() === this.chosen.join();
    this.chosen = chosen;
    this.light();
    if (!same && push) await this.write(true);
  }

  /** The answer to the path operation between the chosen two, if there was one. */
  chosenPath() {
    const [source, target] = this.chosen;
    const operation = this.operations.findLast(
      ([name, one, other]) =>
        name === "path" && target && [source, target].includes(one) && [source, target].includes(other),
    );
    if (!operation) return null;
    for (const [key, answer] of this.knowledge.answers)
      if (key.startsWith(JSON.stringify(operation).slice(0, -1))) return answer.paths;
    return null;
  }

  light() {
    const chains = this.chosenPath()?.map(({ nodes }) => nodes.map(({ id }) => id));
    const about = chains?.length ? [...new Set(chains.flat())] : this.chosen;
    this.canvas.choose(about, chains?.length ? chains : [this.chosen]);
  }

  close() {
    this.turn += 1;
    this.layout.close();
  }
}
