// How lineages are drawn everywhere: levels are layers with the nation on top, colour by level, shape by kind,
// line style by basis, width by confidence.
export const LEVELS = ["national", "provincial", "prefecture", "county", "township", "village"];
const SHAPES = {
  Strategy: "round-rectangle", Policy: "cut-rectangle", Slogan: "round-tag", Project: "ellipse",
  Organization: "hexagon", AdministrativeUnit: "rectangle", Village: "round-diamond",
};
const colour = level => getComputedStyle(document.documentElement).getPropertyValue(`--${level || "none"}`).trim();
const wrapped = (name, width = 9) => {
  const lines = [];
  let line = "", length = 0;
  for (const character of name) {
    length += character.charCodeAt(0) < 0x2000 ? 0.55 : 1;
    line += character;
    if (length >= width) { lines.push(line); line = ""; length = 0; }
  }
  if (line) lines.push(line);
  return lines.length > 3 ? [...lines.slice(0, 3).slice(0, 2), lines[2].slice(0, -1) + "…"].join("\n") : lines.join("\n");
};

export function node(item, hidden) {
  const label = wrapped(item.name) + (hidden ? `\n＋${hidden}` : "");
  const lines = label.split("\n");
  const wide = Math.max(...lines.map(line => [...line].reduce((sum, c) => sum + (c.charCodeAt(0) < 0x2000 ? 7.5 : 13), 0)));
  return { group: "nodes", data: {
    id: item.iri, label, name: item.name, english: item.english, kind: item.kind, level: item.level, hidden,
    colour: colour(item.level), shape: SHAPES[item.kind] || "ellipse", places: item.places,
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
  { selector: "node[kind = 'Strategy']", style: { "background-color": "data(colour)", "background-opacity": 0.12 } },
  { selector: "node.focus", style: { "background-color": "data(colour)", "background-opacity": 1, color: "#fff", "border-width": 3 } },
  { selector: "node:selected", style: { "border-width": 3.5, "overlay-color": "#7fb2e5", "overlay-opacity": 0.25, "overlay-padding": 4 } },
  { selector: "edge", style: {
    width: "data(width)", "curve-style": "bezier", "line-color": "#9aa7b4", "target-arrow-color": "#9aa7b4",
    "target-arrow-shape": "triangle", "arrow-scale": 0.8, "line-opacity": 0.8,
  } },
  { selector: "edge[basis = 'structural']", style: { "line-style": "dashed", "line-dash-pattern": [7, 4] } },
  { selector: "edge[basis = 'inferred']", style: { "line-style": "dashed", "line-dash-pattern": [2, 4] } },
  { selector: "edge[basis = 'definitional']", style: { "line-style": "dashed", "line-dash-pattern": [12, 4] } },
  { selector: "edge[basis = 'curated']", style: { "line-color": "#b8860b", "target-arrow-color": "#b8860b" } },
  { selector: "edge:selected, edge.near", style: { "line-color": "#1d5a96", "target-arrow-color": "#1d5a96", "line-opacity": 1 } },
];

// Dagre keeps crossings few and gives each node its x; y comes from the level, so that layers stay layers.
export function layout(graph, animate = false) {
  const nodes = graph.nodes();
  graph.layout({ name: "dagre", rankDir: "BT", nodeSep: 22, rankSep: 60, ranker: "network-simplex", fit: false, animate: false }).run();
  const layer = n => {
    const level = LEVELS.indexOf(n.data("level"));
    return level < 0 || n.data("kind") === "Village" ? LEVELS.length : level;
  };
  const rows = new Map();
  nodes.forEach(n => { const key = layer(n); rows.set(key, [...(rows.get(key) || []), n]); });
  const room = Math.max(graph.width() * 1.35, 900);
  let y = 0;
  for (const key of [...rows.keys()].sort((a, b) => a - b)) {
    const row = rows.get(key).sort((a, b) => a.position("x") - b.position("x"));
    const lines = [[]];
    let used = 0;
    for (const n of row) {
      const width = n.data("width") + 22;
      if (used + width > room && lines[lines.length - 1].length) { lines.push([]); used = 0; }
      lines[lines.length - 1].push(n);
      used += width;
    }
    for (const line of lines) {
      const total = line.reduce((sum, n) => sum + n.data("width") + 22, -22);
      const tall = Math.max(...line.map(n => n.data("height")));
      let x = -total / 2;
      for (const n of line) {
        n.position({ x: x + n.data("width") / 2, y: y + tall / 2 });
        x += n.data("width") + 22;
      }
      y += tall + 26;
    }
    y += 34;
  }
  graph.fit(undefined, 24);
  if (graph.zoom() > 1.1) { graph.zoom(1.1); graph.center(); }
}
