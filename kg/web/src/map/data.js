// What the page holds: papers, entities and claims as records that know each other. kg/maps/exports/page.py packs it.
import { RELATIONS, TYPES } from "../shared/kinds.js";
import { score, shortTitle } from "../shared/text.js";

/** The records of a packed map. */
export function unpack(packed) {
  const relations = packed.relations.map((id) => RELATIONS.get(id));
  const quote = ([sentence, marks]) => ({ text: packed.sentences[sentence], marks });
  const clusters = packed.clusters.map(([name, entities, total], number) => ({
    number,
    name,
    entities,
    total,
    papers: [],
  }));
  const papers = packed.papers.map((paper, id) => ({
    ...paper,
    id: `p${id}`,
    type: TYPES.get("Paper"),
    label: shortTitle(paper.title),
    aliases: [],
    claims: [],
    results: [],
    related: [],
    built: [],
  }));
  const entities = packed.entities.map(([title, type, slug, aliases, total], id) => ({
    id: `e${id}`,
    title,
    slug,
    aliases,
    total,
    type: TYPES.get(type),
    claims: [],
    results: [],
    label: title,
  }));
  for (const paper of papers) if (paper.cluster >= 0) clusters[paper.cluster].papers.push(paper);
  for (const cluster of clusters) cluster.entities = cluster.entities.map((id) => entities[id]);
  const claims = packed.claims.map(([paper, entity, relation, confidence, quotes, omitted]) => {
    const claim = {
      paper: papers[paper],
      entity: entities[entity],
      relation: relations[relation],
      confidence: confidence / 100,
      quotes: quotes.map(quote),
      omitted,
    };
    claim.paper.claims.push(claim);
    claim.entity.claims.push(claim);
    return claim;
  });
  const results = packed.results.map(([paper, roles, value, unit, kind, sentence, marks]) => {
    const result = {
      paper: papers[paper],
      roles: roles.map(([role, id]) => ({ role, label: entities[id].title, node: entities[id] })),
      score: score({ value, unit, kind }),
      value,
      kind,
      quote: quote([sentence, marks]),
    };
    for (const node of new Set([result.paper, ...result.roles.map(({ node }) => node)]))
      node.results.push(result);
    return result;
  });
  const related = packed.related.map(([source, target, score, text, shared]) => {
    const pair = {
      source: papers[source],
      target: papers[target],
      score,
      text,
      shared: shared.map((id) => entities[id]),
    };
    pair.source.related.push(pair);
    pair.target.related.push(pair);
    return pair;
  });
  for (const [source, relation, target, via, said] of packed.links) {
    const link = {
      source: papers[source],
      target: papers[target],
      relation: RELATIONS.get(relation),
      via: via < 0 ? null : entities[via],
      claims: said.map((id) => claims[id]),
    };
    link.source.built.push(link);
    link.target.built.push(link);
  }
  const [rows, columns, omitted, cells] = packed.matrix;
  return {
    ...packed,
    papers,
    entities,
    claims,
    results,
    related,
    clusters,
    matrix: {
      rows: rows.map((id) => papers[id]),
      columns: columns.map((id) => entities[id]),
      omitted,
      relations: new Set(cells.map((id) => relations[id])),
    },
    timelines: packed.timelines.map(([entity, origin, events, months]) => ({
      entity: entities[entity],
      origin,
      months,
      events: events.map(([month, kind, claim, other]) => ({
        month,
        kind,
        claim: claims[claim],
        other: other < 0 ? null : entities[other],
      })),
    })),
    gaps: packed.gaps.map(({ kind, rows, columns, gaps }) => ({
      kind,
      rows: rows.map((id) => entities[id]),
      columns: columns.map((id) => entities[id]),
      gaps: gaps.map(([row, column, state, score, by, suggested]) => ({
        row: entities[row],
        column: entities[column],
        state,
        score,
        papers: by.map((id) => papers[id]),
        suggested: suggested.map(([entity, paper]) => ({ entity: entities[entity], paper: papers[paper] })),
      })),
    })),
    boards: packed.boards.map(([benchmark, metric, lower, rows]) => ({
      benchmark: entities[benchmark],
      metric: metric < 0 ? null : entities[metric],
      lower,
      results: rows.map((id) => results[id]),
    })),
    contradictions: packed.contradictions.map(([one, other]) => ({
      one: results[one],
      other: results[other],
    })),
    supports: packed.supports.map(([relation, entity, total, groups, said]) => ({
      relation: relations[relation],
      entity: entities[entity],
      papers: total,
      groups,
      claims: said.map((id) => claims[id]),
    })),
  };
}

/** What a paper says of an entity. */
export function between(paper, entity) {
  return paper.claims.filter((claim) => claim.entity === entity);
}

/** What it does with it, a bare mention only where there is nothing else. */
export function telling(claims) {
  const more = claims.filter(({ relation }) => relation.id !== "mentions");
  return more.length ? more : claims;
}
