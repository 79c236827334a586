// The layered graph on an entity's page: double-click expands a node; its label counts beforehand what is not yet shown.
import { edge, layout, node, style } from "./layered.js";

const box = document.querySelector("#graph");
const detail = document.querySelector("#graph-detail");
let graph, words, first;

const page = iri => {
  const base = "https://w3id.org/policy-lineage/id/";
  return iri.startsWith(base) && !iri.includes("#")
    ? "/entity/" + iri.slice(base.length).split("/").map(encodeURIComponent).join("/")
    : "/entity/?iri=" + encodeURIComponent(iri);
};
const graphOf = iri => {
  const [path, query] = page(iri).split("?");
  const confidence = new URL(box.dataset.source, location).searchParams.get("confidence");
  return `${path}.graph?${query ? query + "&" : ""}confidence=${confidence}&expand=1`;
};

async function load(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

function put(part) {
  graph.batch(() => {
    for (const item of part.items) {
      const fresh = node(item, part.hidden[item.iri] || 0), known = graph.getElementById(item.iri);
      if (known.length) known.data(fresh.data); else graph.add(fresh);
    }
    for (const tie of part.ties) {
      const fresh = edge(tie);
      if (!graph.getElementById(fresh.data.id).length) graph.add(fresh);
    }
    graph.getElementById(box.dataset.entity).addClass("focus");
  });
  layout(graph);
  box.dataset.nodes = graph.nodes().length;
}

async function expand(n) {
  if (!n.data("hidden")) return;
  const around = graph.nodes().map(other => `&around=${encodeURIComponent(other.id())}`).join("");
  put(await load(graphOf(n.id()) + around));
  select(graph.getElementById(n.id()));
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function select(n) {
  graph.elements().unselect().removeClass("near");
  n.select();
  n.connectedEdges().addClass("near");
  const level = words[`Level.${n.data("level")}`] || "", kind = words[`Kind.${n.data("kind")}`];
  const name = document.createElement("b"), what = document.createElement("span"), open = document.createElement("a");
  name.textContent = n.data("name");
  what.className = "dim";
  what.textContent = [n.data("english"), `${level} ${kind}`.trim(), n.data("places").join(" › ")].filter(Boolean).join(" · ");
  open.href = page(n.id());
  open.textContent = words["entity.open"];
  detail.replaceChildren(name, what, open);
  if (n.data("hidden")) detail.append(button(`${words["entity.expand"]} ＋${n.data("hidden")}`, () => expand(n)));
}

function describe(tie) {
  detail.replaceChildren(
    `${tie.source().data("name")} ${words[`Predicate.${tie.data("predicate")}`]} ${tie.target().data("name")} · ` +
    `${words[`Basis.${tie.data("basis")}`]} ${tie.data("confidence").toFixed(2)}`);
}

// The nearest node in the direction of the key.
function step(key) {
  const from = graph.nodes(":selected")[0];
  if (!from) return select(graph.nodes(".focus").length ? graph.nodes(".focus")[0] : graph.nodes()[0]);
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  const here = from.position();
  let best, least = Infinity;
  graph.nodes().forEach(other => {
    if (other.same(from)) return;
    const x = other.position("x") - here.x, y = other.position("y") - here.y;
    const ahead = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (ahead > 1 && ahead + 3 * aside < least) { least = ahead + 3 * aside; best = other; }
  });
  if (best) { select(best); graph.animate({ center: { eles: best } }, { duration: 120 }); }
}

async function start() {
  words = JSON.parse(document.querySelector("#graph-words").textContent);
  first = await load(box.dataset.source);
  graph = cytoscape({ container: box, style, minZoom: 0.15, maxZoom: 2.5, autoungrabify: true, boxSelectionEnabled: false });
  put(first);
  graph.on("tap", "node", event => select(event.target));
  graph.on("tap", "edge", event => describe(event.target));
  graph.on("dbltap", "node", event => expand(event.target));
  document.querySelector("[data-graph=fit]").addEventListener("click", () => graph.fit(undefined, 24));
  document.querySelector("[data-graph=reset]").addEventListener("click", () => {
    graph.elements().remove();
    detail.replaceChildren();
    put(first);
  });
  box.addEventListener("keydown", event => {
    const chosen = graph.nodes(":selected")[0];
    if (event.key.startsWith("Arrow")) { event.preventDefault(); step(event.key); }
    else if (event.key === "Enter" && chosen) { event.preventDefault(); expand(chosen); }
    else if (event.key === " " && chosen) { event.preventDefault(); location.assign(page(chosen.id())); }
  });
  box.explorer = graph;
}

if (box) {
  if (document.readyState === "complete") start(); else addEventListener("load", start);
}
