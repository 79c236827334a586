// How lineages are drawn everywhere: levels are layers with the nation on top, colour by level, shape by kind,
// line style by basis, width by confidence.
export const LEVELS = ["national", "provincial", "prefecture", "county", "township", "village"];
const READABLE = 0.55; // the least zoom at which labels can be read; below it a part of the graph is shown
const SHAPES = {
  Strategy: "round-rectangle", Policy: "cut-rectangle", Slogan: "round-tag", Project: "ellipse",
  Organization: "hexagon", AdministrativeUnit: "rectangle", Village: "round-diamond",
};
const tint = hex => "#" + [1, 3, 5].map(i => Math.round(255 - (255 - parseInt(hex.slice(i, i + 2), 16)) * 0.13).toString(16).padStart(2, "0")).join("");
const colour = level => getComputedStyle(document.documentElement).getPropertyValue(`--${level || "none"}`).trim();
const span = text => [...text].reduce((sum, c) => sum + (c.codePointAt(0) < 0x2000 ? 0.55 : 1), 0);

// A name in lines of about the same length, three at most.
function wrapped(name, width = 9) {
  const count = Math.min(3, Math.ceil(span(name) / width));
  const each = Math.max(Math.ceil(span(name) / count), 1), lines = [];
  let line = "";
  for (const character of name) {
    if (span(line) >= each || (span(line) >= width + 2)) { lines.push(line); line = ""; }
    line += character;
  }
  if (line) lines.push(line);
  return lines.length > 3 ? [lines[0], lines[1], `${lines[2].slice(0, -1)}…`] : lines;
}

export function node(item, hidden) {
  const lines = wrapped(item.name).concat(hidden ? [`＋${hidden}`] : []);
  const wide = Math.max(...lines.map(span)) * 13;
  return { group: "nodes", data: {
    id: item.iri, label: lines.join("\n"), name: item.name, english: item.english, kind: item.kind, level: item.level, hidden,
    colour: colour(item.level), ground: tint(colour(item.level)), shape: SHAPES[item.kind] || "ellipse", places: item.places,
    width: wide + (["Strategy", "AdministrativeUnit", "Policy"].includes(item.kind) ? 22 : 44), height: lines.length * 17 + 16,
  } };
}

export function edge(tie) {
  return { group: "edges", data: {
    id: `${tie.subject} ${tie.predicate} ${tie.object}`, source: tie.subject, target: tie.object,
    predicate: tie.predicate, basis: tie.basis, confidence: tie.confidence, width: 0.8 + 2.2 * tie.confidence,
  } };
}

export const style = [
  { selector: "node", style: {
    label: "data(label)", shape: "data(shape)", width: "data(width)", height: "data(height)", "text-wrap": "wrap",
    "text-valign": "center", "font-size": 13, "line-height": 1.25, "background-color": "#fff", "border-width": 1.6,
    "border-color": "data(colour)", color: "#1f2933", "font-family": getComputedStyle(document.body).fontFamily,
  } },
  { selector: "node[kind = 'Strategy']", style: { "background-color": "data(ground)" } },
  { selector: "node.focus", style: { "background-color": "data(colour)", color: "#fff", "border-width": 3 } },
  { selector: "node:selected", style: { "border-width": 3.5, "overlay-color": "#7fb2e5", "overlay-opacity": 0.25, "overlay-padding": 4 } },
  { selector: "edge", style: {
    width: "data(width)", "curve-style": "bezier", "line-color": "#9aa7b4", "target-arrow-color": "#9aa7b4",
    "target-arrow-shape": "triangle", "arrow-scale": 0.8, "line-opacity": 0.8,
  } },
  { selector: "edge[basis = 'structural']", style: { "line-style": "dashed", "line-dash-pattern": [7, 4] } },
  { selector: "edge[basis = 'inferred']", style: { "line-style": "dashed", "line-dash-pattern": [2, 4] } },
  { selector: "edge[basis = 'definitional']", style: { "line-style": "dashed", "line-dash-pattern": [12, 4] } },
  { selector: "edge[basis = 'curated']", style: { "line-color": "#b8860b", "target-arrow-color": "#b8860b" } },
  { selector: "edge.skipping", style: { "line-opacity": 0.3, width: 1, "arrow-scale": 0.5 } },
  { selector: "edge:selected, edge.near", style: { "line-color": "#1d5a96", "target-arrow-color": "#1d5a96", "line-opacity": 1 } },
];

// The layer comes from the level; within a level, what belongs to something of the same level stands in a row below it.
// Dagre chooses the places within the rows so that few links cross. A link that a chain of others repeats is drawn pale.
export function layout(graph) {
  const layer = n => {
    const level = LEVELS.indexOf(n.data("level"));
    return level < 0 || n.data("kind") === "Village" ? LEVELS.length : level;
  };
  const depth = (n, seen = new Set()) => {
    if (seen.has(n.id())) return 0;
    seen.add(n.id());
    const above = n.outgoers("node").filter(other => layer(other) === layer(n));
    return above.length ? 1 + Math.max(...above.map(other => depth(other, new Set(seen)))) : 0;
  };
  const rows = new Map();
  graph.nodes().forEach(n => {
    const key = layer(n) * 10 + Math.min(depth(n), 3);
    rows.set(key, [...(rows.get(key) || []), n]);
  });
  const lines = [...rows.keys()].sort((a, b) => a - b).flatMap(key => {
    const row = rows.get(key), parts = Math.ceil(row.length / Math.max(4, Math.floor(graph.width() / 130)));
    const each = Math.ceil(row.length / parts);
    return Array.from({ length: parts }, (_, part) => row.slice(part * each, (part + 1) * each));
  });
  const line = new Map(lines.flatMap((row, index) => row.map(n => [n.id(), index])));
  const rise = e => line.get(e.source().id()) - line.get(e.target().id());
  const upward = graph.edges().filter(e => rise(e) > 0);
  const skipping = upward.filter(e => e.source().outgoers("edge").some(first => {
    if (first.same(e) || rise(first) <= 0) return false;
    const seen = new Set(), open = [first.target()];
    while (open.length) {
      const here = open.pop();
      if (here.same(e.target())) return !first.target().same(e.target());
      if (seen.has(here.id())) continue;
      seen.add(here.id());
      here.outgoers("edge").forEach(next => { if (rise(next) > 0) open.push(next.target()); });
    }
    return false;
  }));
  graph.edges().removeClass("skipping");
  skipping.addClass("skipping");
  graph.nodes().union(upward.difference(skipping)).layout({
    name: "dagre", rankDir: "BT", nodeSep: 18, edgeSep: 14, rankSep: 40, minLen: rise, fit: false, animate: false,
  }).run();
  let y = 0;
  for (const row of lines) {
    const tall = Math.max(...row.map(n => n.data("height")));
    let free = -Infinity;
    for (const n of row.sort((a, b) => a.position("x") - b.position("x"))) {
      const half = n.data("width") / 2, x = Math.max(n.position("x"), free + half + 16);
      n.position({ x, y: y + tall / 2 });
      free = x + half;
    }
    y += tall + (row === lines.at(-1) ? 0 : layer(row[0]) === layer(lines[lines.indexOf(row) + 1][0]) ? 26 : 52);
  }
  const box = graph.container(), bounds = graph.elements().boundingBox(), room = graph.width() - 40;
  box.style.height = `${Math.round(Math.max(260, Math.min(720, bounds.h * Math.min(1, room / bounds.w) + 48)))}px`;
  graph.resize();
  graph.fit(undefined, 20);
  if (graph.zoom() > 1) { graph.zoom(1); graph.center(); }
  const focus = graph.nodes(".focus");
  if (graph.zoom() < READABLE && focus.length) { graph.zoom(READABLE); graph.center(focus); }
}
