// Asking the server. Every answer is JSON; what went wrong is told in the words that the server gives.
import { RELATIONS, TYPES } from "../shared/kinds.js";

async function answer(request, read = (response) => response.json()) {
  let response;
  try {
    response = await request;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer. Is kg serve still running?");
  }
  if (response.ok) return read(response);
  const told = await response.json().catch(() => ({}));
  throw Object.assign(new Error(told.error ?? `The server answered ${response.status}.`), {
    status: response.status,
  });
}

/** GET /api/PATH with parameters; those that are empty are left out. */
export function get(path, parameters = {}, { signal } = {}) {
  const given = Object.entries(parameters).filter(
    ([, value]) => value !== "" && value !== null && value !== undefined,
  );
  const query = new URLSearchParams(given).toString();
  return answer(fetch(`/api/${path}${query && `?${query}`}`, { signal }));
}

/** POST JSON to /api/PATH. */
export function post(path, body, { signal } = {}) {
  const headers = { "Content-Type": "application/json" };
  return answer(fetch(`/api/${path}`, { method: "POST", headers, body: JSON.stringify(body), signal }));
}

/** POST JSON to /api/PATH for a file. */
export function file(path, body) {
  const headers = { "Content-Type": "application/json" };
  const request = fetch(`/api/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  return answer(request, (response) => response.blob());
}

/** A node of the API as the shared panel takes it: with its type as a record, and its label as title. */
export function toNode(node) {
  return { ...node, type: TYPES.get(node.type), title: node.label };
}

/** A claim of the API as the shared panel takes it. */
export function toClaim(claim) {
  const { relation, node, via } = claim;
  return { ...claim, relation: RELATIONS.get(relation), node: toNode(node), via: (via ?? []).map(toNode) };
}

/** The address of a node's own page: its id, which is what its IRI ends in. */
export function address(node) {
  return `/${node.id}`;
}
