// A drawing that the server has placed, as cytoscape shows it: the nation on top, projects and villages at the foot,
// bands behind the levels. Where everything stands and how it looks comes from the server, as in the pictures.
const READABLE = 0.6; // the least zoom at which names can be read; below it a part of the drawing is shown

const style = [
  { selector: "node", style: {
    label: "data(label)", shape: "data(shape)", width: "data(width)", height: "data(height)", "text-wrap": "wrap",
    "text-valign": "center", "font-size": "data(size)", "line-height": "data(leading)", color: "data(ink)",
    "background-color": "data(fill)", "border-color": "data(rim)", "border-width": 1.8,
    "font-family": getComputedStyle(document.body).fontFamily,
  } },
  { selector: "node[shape = 'round-rectangle']", style: { "corner-radius": "data(round)" } },
  { selector: "node[icon > 0]", style: {
    "text-valign": "bottom", "text-margin-y": 6, "text-background-color": "data(ground)", "text-background-opacity": 0.85,
  } },
  { selector: "node[?focus]", style: { "border-width": 4 } },
  { selector: "node:selected", style: { "overlay-color": "#7fb2e5", "overlay-opacity": 0.3, "overlay-padding": 5 } },
  { selector: "edge", style: {
    width: "data(thickness)", "line-color": "data(stroke)", "target-arrow-color": "data(stroke)", "line-opacity": 0.75,
    "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "straight",
  } },
  { selector: "edge[start]", style: { "source-endpoint": "data(start)", "target-endpoint": "data(end)" } },
  { selector: "edge[weights]", style: {
    "curve-style": "round-segments", "segment-weights": "data(weights)", "segment-distances": "data(distances)",
    "segment-radii": 30, "edge-distances": "endpoints",
  } },
  { selector: "edge[pattern]", style: { "line-style": "dashed", "line-dash-pattern": "data(pattern)" } },
  { selector: ".aside", style: { opacity: 0.3 } },
];
const shapes = { box: "round-rectangle", ellipse: "round-rectangle", dot: "ellipse", square: "rectangle" };

// Makes an empty drawing in a box: bands, and cytoscape before them.
export function canvas(box) {
  const ground = document.createElement("div"), front = document.createElement("div");
  ground.className = "bands";
  front.className = "front";
  box.replaceChildren(ground, front);
  const graph = cytoscape({
    container: front, style, minZoom: 0.15, maxZoom: 2.5, autoungrabify: true, boxSelectionEnabled: false,
  });
  // The wheel and one finger scroll the page; Ctrl with the wheel and two fingers zoom, and what is larger is dragged.
  box.addEventListener("wheel", event => { if (!event.ctrlKey) event.stopPropagation(); }, { capture: true });
  const follow = () => {
    const zoom = graph.zoom(), { y } = graph.pan(), { width, height } = graph.scratch("size") || { width: 0, height: 0 };
    graph.userPanningEnabled(width * zoom > graph.width() + 1 || height * zoom > graph.height() + 1);
    for (const band of ground.children) {
      band.style.top = `${band.dataset.top * zoom + y}px`;
      band.style.height = `${(band.dataset.bottom - band.dataset.top) * zoom - 2}px`;
    }
  };
  graph.on("viewport", follow);
  graph.scratch("ground", ground);
  return graph;
}

// Shows a drawing; `said(band)` names a band in the reader's language, and `middle` is what to look at where not all fits.
export function show(graph, drawing, said, middle = "") {
  graph.scratch("size", { width: drawing.width, height: drawing.height });
  graph.scratch("ground").replaceChildren(...drawing.bands.map(band => {
    const made = document.createElement("div");
    made.style.background = band.tint;
    made.style.color = band.colour;
    made.textContent = said(band);
    Object.assign(made.dataset, { top: band.top, bottom: band.bottom });
    return made;
  }));
  const placed = new Map(drawing.nodes.map(node => [node.iri, node]));
  graph.batch(() => {
    graph.elements().remove();
    graph.add(drawing.nodes.map(node => {
      const band = drawing.bands.find(({ top, bottom }) => top <= node.top && node.top < bottom);
      return { group: "nodes", position: { x: node.x, y: node.top + (node.icon || node.height) / 2 }, data: {
        ...node, id: node.iri, label: node.lines.join("\n"), shape: shapes[node.shape] || node.shape,
        round: node.shape === "ellipse" ? node.height / 2 : 5,
        ground: band.tint, width: node.icon || node.width, height: node.icon || node.height,
      } };
    }));
    graph.add(drawing.edges.map(edge => ({ group: "edges", data: {
      ...edge, id: `${edge.subject} ${edge.predicate} ${edge.object}`, source: edge.subject, target: edge.object,
      ...bent(edge, placed.get(edge.subject), placed.get(edge.object)),
    } })));
  });
  const chosen = graph.getElementById(middle), focus = graph.nodes("[?focus]"), at = chosen.length ? chosen : focus;
  graph.scratch("middle", at.length ? at.position() : { x: drawing.width / 2, y: 0 });
  fit(graph);
}

// A link leaves one entity at the side that faces the other, and goes there by way of its points.
function bent({ points, dashes }, one, other) {
  const pattern = dashes.length ? { pattern: dashes } : {};
  if (one.top === other.top) return pattern;
  const up = one.top > other.top;
  const side = (node, top) => top ? -(node.icon || node.height) / 2 : node.height - (node.icon || node.height) / 2;
  const x = one.x, y = up ? one.top : one.top + one.height, dx = other.x - x;
  const dy = (up ? other.top + other.height : other.top) - y, long = dx * dx + dy * dy;
  const ends = { start: `0 ${side(one, up)}px`, end: `0 ${side(other, !up)}px` };
  if (!points.length) return { ...pattern, ...ends };
  return {
    ...pattern, ...ends,
    weights: points.map(([px, py]) => ((px - x) * dx + (py - y) * dy) / long),
    distances: points.map(([px, py]) => ((py - y) * dx - (px - x) * dy) / Math.sqrt(long)),
  };
}

// As large as can be without growing, as small as can be read; what does not fit the window at that size is reached by
// dragging. Where all but the margins fits, all of that is shown.
export function fit(graph, least = READABLE) {
  const box = graph.container().parentElement, wide = box.clientWidth, { width, height } = graph.scratch("size");
  const tall = wide < 700 ? 1500 : Math.max(560, innerHeight - 90); // a phone scrolls past it
  const zoom = Math.max(Math.min(1, wide / width, tall / height), least);
  box.style.height = `${Math.round(Math.max(240, Math.min(Math.max(tall, innerHeight), height * zoom)))}px`;
  graph.resize();
  const middle = graph.scratch("middle"), { x1, x2, y1, y2 } = graph.elements().boundingBox();
  const place = (whole, from, to, room, at) => whole * zoom <= room ? (room - whole * zoom) / 2
    : (to - from) * zoom <= room ? (room - (from + to) * zoom) / 2
      : Math.min(0, Math.max(room - whole * zoom, room / 2 - at * zoom));
  const x = place(width, x1, x2, wide, middle.x), y = place(height, y1, y2, box.clientHeight, middle.y);
  graph.viewport({ zoom, pan: { x, y } });
  graph.emit("viewport");
}
