// The flow as a Sankey diagram: d3-sankey places it, a column for each level; what is pointed at keeps its colour.
import { path } from "./address.js";

const box = document.querySelector("#flow");
const BAR = 14, HEAD = 40, SIDE = 12;

function element(name, attributes, parent, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  parent.append(made);
  return made;
}

// Cuts a name where its column ends.
function clip(text, width) {
  const whole = text.textContent;
  for (let kept = whole.length - 1; kept > 0 && text.getComputedTextLength() > width; kept--)
    text.textContent = whole.slice(0, kept) + "…";
}

function draw({ picture: { columns, nodes, links }, levels }) {
  box.hidden = false; // without this script the table below says it all
  const fullest = Math.max(...columns.map((_, index) => nodes.filter(node => node.column === index).length));
  const column = Math.max(170, (box.clientWidth - 2 * SIDE) / columns.length);
  const width = column * columns.length + 2 * SIDE, height = HEAD + Math.max(320, fullest * 52);
  const sankey = d3.sankey()
    .nodeId(node => node.iri).nodeWidth(BAR).nodePadding(38).nodeAlign(node => node.column).iterations(32)
    .extent([[SIDE, HEAD + 16], [width - SIDE - column + BAR, height - 16]]);
  const placed = (more, ties) =>
    sankey({ nodes: [...nodes.map(node => ({ ...node })), ...more], links: [...links.map(link => ({ ...link })), ...ties] });
  let graph = placed([], []);
  if (Math.max(...graph.nodes.map(node => node.depth)) < columns.length - 1) { // no line stops at every level: one that carries nothing does
    const stops = columns.map((_, index) => ({ iri: `stop ${index}`, column: index, hidden: true }));
    graph = placed(stops, stops.slice(1).map((stop, index) => ({ source: stops[index].iri, target: stop.iri, value: 0 })));
  }
  const svg = element("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, box);
  columns.forEach(({ level, colour, tint }, index) => {
    const x = SIDE + index * column;
    element("rect", { x: x - 6, y: 4, width: column - 6, height: height - 8, rx: 5, fill: tint }, svg);
    element("text", { x, y: 26, class: "level", style: `fill: ${colour}` }, svg, levels[`Level.${level}`]);
  });
  const along = d3.sankeyLinkHorizontal();
  const seen = graph.links.filter(link => !link.source.hidden);
  for (const link of seen) {
    const fill = columns[link.source.column].colour;
    link.shown = element("path", { d: along(link), class: "flow", stroke: fill, "stroke-width": Math.max(1.5, link.width) }, svg);
    element("title", {}, link.shown, `${link.source.name} → ${link.target.name}\n${link.said}`);
    link.shown.addEventListener("pointerenter", () => keep(through([link])));
    link.shown.addEventListener("pointerleave", () => keep(null));
  }
  const order = (a, b) => a.column - b.column || a.y0 - b.y0; // in which Tab goes through them
  for (const node of graph.nodes.filter(node => !node.hidden).sort(order)) {
    const anchor = element("a", { href: "/entity/" + path(node.iri) }, svg);
    const { colour } = columns[node.column], tall = Math.max(2, node.y1 - node.y0), middle = node.y0 + tall / 2;
    element("rect", { x: node.x0, y: node.y0, width: BAR, height: tall, fill: colour }, anchor);
    clip(element("text", { x: node.x1 + 6, y: middle - 2 }, anchor, node.name), column - BAR - 22);
    element("text", { x: node.x1 + 6, y: middle + 14, class: "amount" }, anchor, node.said);
    element("title", {}, anchor, `${node.name}\n${node.said}`);
    for (const [event, kept] of [["pointerenter", 1], ["focus", 1], ["pointerleave", 0], ["blur", 0]])
      anchor.addEventListener(event, () => keep(kept ? through([...node.sourceLinks, ...node.targetLinks]) : null));
  }
  box.dataset.links = seen.length;

  // Everything that runs into and out of some links.
  function through(some) {
    const found = new Set(some);
    for (const [ahead, end] of [["sourceLinks", "target"], ["targetLinks", "source"]]) {
      const open = [...some];
      while (open.length) for (const link of open.pop()[end][ahead]) if (!found.has(link)) { found.add(link); open.push(link); }
    }
    return found;
  }
  function keep(some) {
    for (const link of seen) link.shown.classList.toggle("aside", some !== null && !some.has(link));
  }
}

if (box) {
  const start = () => draw(JSON.parse(document.querySelector("#flow-data").textContent));
  if (document.readyState === "complete") start(); else addEventListener("load", start);
}
