// What the page adds to pyvis: bands behind the levels, evidence beside the picture, bundles that open.
// Every text is set as text; nothing here ever parses HTML.
"use strict";
let opened = null;

let kept = null;

nodes.update(nodes.get().filter(({ id }) => id[0] === "n").map(dressed));
edges.update(edges.get().map((edge) => ({ id: edge.id, title: said(edge.links) })));

// vis leaves out nodes outside the view, and takes all that we draw ourselves to stand at 0, 0.
Object.getPrototypeOf(Object.values(network.body.nodes)[0]).isBoundingBoxOverlappingWith = () => true;

function said(pairs) {
  return pairs.slice(0, 3).map(([from, to]) =>
    `${picture.names[from]} → ${picture.names[to]}\n` +
    picture.links.filter((link) => link[0] === from && link[1] === to).map((link) => link[2]).join("\n")).join("\n\n") +
    (pairs.length > 3 ? `\n\n… ${pairs.length}` : "");
}

// Draws a node just as the SVG has it, so that sizes are those of the layout.
function dressed(node) {
  const { box, shape, color, font } = node;
  const half = box.icon / 2;
  const corners = {
    triangle: [[0, -1], [1, 0.8], [-1, 0.8]],
    square: [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
    hexagon: [[-1, 0], [-0.5, -0.87], [0.5, -0.87], [1, 0], [0.5, 0.87], [-0.5, 0.87]],
  }[shape];
  const ctxRenderer = ({ ctx, id, x, y, state: { selected, hover } }) => ({
    drawNode() {
      const left = x - box.width / 2, top = y - box.height / 2;
      ctx.save();
      ctx.globalAlpha = !kept || kept.has(id) ? 1 : 0.15;
      ctx.fillStyle = color.background;
      ctx.strokeStyle = selected || box.focus ? "#f5b301" : hover ? "#111827" : color.border;
      if (box.icon) {
        ctx.fillStyle = box.tint;
        ctx.fillRect(x - 3, top + box.icon, 6, 6);
        ctx.fillStyle = color.background;
      }
      ctx.lineWidth = selected || box.focus ? 4 : box.ends || hover ? 3 : 1.8;
      ctx.beginPath();
      if (!box.icon) ctx.roundRect(left, top, box.width, box.height, shape === "ellipse" ? box.height / 2 : 5);
      else if (corners) corners.forEach(([dx, dy]) => ctx.lineTo(x + dx * half, top + half + dy * half));
      else ctx.arc(x, top + half, half * 0.85, 0, 7);
      if (corners) ctx.closePath();
      ctx.fill();
      ctx.stroke();
      ctx.font = `${box.focus && box.icon ? "bold " : ""}${box.size}px ${picture.fonts}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      const first = box.icon ? top + box.icon + 4 + box.size / 2 : y - (box.lines.length - 1) * box.leading / 2;
      box.lines.forEach((line, index) => {
        const at = first + index * box.leading;
        if (box.icon) {
          const width = ctx.measureText(line).width + 2;
          ctx.fillStyle = box.tint;
          ctx.fillRect(x - width / 2, at - box.leading / 2, width, box.leading);
        }
        ctx.fillStyle = font.color;
        ctx.fillText(line, x, at + 1);
      });
      ctx.restore();
    },
    nodeDimensions: { width: box.width, height: box.height },
  });
  return { ...node, shape: "custom", ctxRenderer, title: picture.about[node.id] };
}

network.on("beforeDrawing", (context) => {
  const left = -3 * picture.width, width = 7 * picture.width;
  const bands = [...picture.bands];
  if (opened) bands.push({ name: "展开", top: picture.height, bottom: picture.bundles[opened].bottom, colour: "#6b7280", tint: "#fff8e1" });
  const side = network.DOMtoCanvas({ x: 44, y: 0 }).x;
  for (const band of bands) {
    context.fillStyle = band.tint;
    context.fillRect(left, band.top, width, band.bottom - band.top - 2);
    context.fillStyle = band.colour;
    context.font = "bold 21px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    const names = band.name.length <= 3 ? [band.name] : band.name.split("、");
    names.forEach((name, index) =>
      context.fillText(name, Math.max(side, -picture.width), (band.top + band.bottom) / 2 + (index - (names.length - 1) / 2) * 24));
  }
});

function reached(start) {
  const found = new Set([start]);
  for (const [here, there] of [[0, 1], [1, 0]]) {
    const open = [start], seen = new Set();
    while (open.length) {
      const node = open.pop();
      if (seen.has(node)) continue;
      seen.add(node);
      found.add(node);
      for (const link of picture.links) if (link[here] === node) open.push(link[there]);
    }
  }
  return found;
}

function emphasise(chosen) {
  kept = chosen;
  edges.update(edges.get().map((edge) => {
    const on = !kept || edge.links.some(([from, to]) => kept.has(from) && kept.has(to));
    return { id: edge.id, color: { ...edge.color, opacity: on ? 0.75 : 0.07 } };
  }));
}

function element(name, text, parent) {
  const made = document.createElement(name);
  made.textContent = text;
  parent.append(made);
  return made;
}

function show(id) {
  const panel = document.getElementById("panel");
  panel.replaceChildren();
  panel.hidden = false;
  const close = element("button", "×", panel);
  close.setAttribute("aria-label", "关闭");
  close.onclick = clear;
  const [name, ...rest] = picture.about[id].split("\n");
  element("h2", name, panel);
  element("p", rest.join("\n"), panel);
  for (const [title, here, there] of [["▲ 向上：服务什么", 0, 1], ["▼ 向下：什么服务于它", 1, 0]]) {
    const links = picture.links.filter((link) => link[here] === id);
    if (links.length) element("h3", `${title}（${links.length}）`, panel);
    for (const link of links.slice(0, 200)) {
      const section = element("section", "", panel);
      const other = element("b", picture.names[link[there]], section);
      other.tabIndex = 0;
      other.onclick = () => choose(link[there]);
      other.onkeydown = (event) => event.key === "Enter" && choose(link[there]);
      element("p", link[2], section);
    }
  }
}

function choose(id) {
  for (const [bundle, inside] of Object.entries(picture.bundles))
    if (bundle !== opened && !nodes.get(id) && inside.nodes.some((node) => node.id === id)) unfold(bundle);
  if (nodes.get(id)) network.selectNodes([id], false);
  emphasise(reached(id));
  show(id);
}

function clear() {
  document.getElementById("panel").hidden = true;
  network.unselectAll();
  emphasise(null);
}

function unfold(bundle) {
  const before = opened;
  if (opened) {
    edges.remove(picture.bundles[opened].edges.map((edge) => edge.id));
    nodes.remove(picture.bundles[opened].nodes.map((node) => node.id));
    opened = null;
  }
  if (before === bundle) return emphasise(null);
  opened = bundle;
  const inside = picture.bundles[bundle];
  nodes.add(inside.nodes.map(dressed));
  edges.add(inside.edges.map((edge) => ({ ...edge, title: said(edge.links) })));
  emphasise(new Set([bundle, ...inside.nodes.map((node) => node.id), ...inside.edges.flatMap((edge) => [edge.from, edge.to])]));
  network.fit({ nodes: [bundle, ...inside.nodes.map((node) => node.id)], animation: { duration: 300 } });
}

network.on("click", ({ nodes: [id] }) => {
  if (id === undefined || id[0] !== "n") return clear();
  if (picture.bundles[id]) { clear(); unfold(id); } else choose(id);
});
document.addEventListener("keydown", (event) => event.key === "Escape" && clear());
network.once("afterDrawing", () => {
  const { clientWidth: width, clientHeight: height } = network.body.container;
  const scale = Math.min(1.15, width / picture.width, Math.max((height - 60) / picture.height, 0.4));
  const top = picture.height * scale > height - 60 ? height / 2 / scale : (picture.height + 50 / scale) / 2;
  network.moveTo({ position: { x: picture.width / 2, y: top }, scale });
});
