// The layered graph on an entity's page: double-click expands a node; its label counts beforehand what is not yet shown.
import { canvas, fit, show } from "./layered.js";

const box = document.querySelector("#graph");
const detail = document.querySelector("#graph-detail");
const whole = document.querySelector("[data-graph=whole]");
let graph, words, drawing;

const page = iri => {
  const base = "https://w3id.org/policy-lineage/id/";
  return iri.startsWith(base) && !iri.includes("#")
    ? "/entity/" + iri.slice(base.length).split("/").map(encodeURIComponent).join("/")
    : "/entity/?iri=" + encodeURIComponent(iri);
};
const named = ({ level, kinds }) =>
  kinds.length ? kinds.map(kind => words[`Kind.${kind}`]).join(" · ") : words[`Level.${level || "none"}`];

async function load(address, body) {
  const response = await fetch(address, body ? { method: "POST", body: JSON.stringify(body) } : {});
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

function put(fresh) {
  drawing = fresh;
  show(graph, drawing, named);
  whole.hidden = !drawing.beyond;
  whole.querySelector("span").textContent = `＋${drawing.beyond}`;
  box.dataset.nodes = graph.nodes().length;
}

async function open(everything) {
  graph.elements().unselect();
  detail.replaceChildren();
  put(await load(`${box.dataset.source}&width=${box.clientWidth}${everything ? "&whole=1" : ""}`));
}

async function expand(n) {
  if (!n.data("hidden")) return;
  const confidence = Number(new URL(box.dataset.source, location).searchParams.get("confidence"));
  const around = graph.nodes().map(other => other.id()), { beyond } = drawing;
  const fresh = await load("/drawing.json", { expand: n.id(), around, confidence, width: box.clientWidth, focus: box.dataset.entity });
  put({ ...fresh, beyond });
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
  graph.elements().unselect();
  n.select();
  const line = n.union(n.successors()).union(n.predecessors());
  graph.elements().removeClass("aside").difference(line).addClass("aside");
  const level = words[`Level.${n.data("level")}`] || "", kind = words[`Kind.${n.data("kind")}`];
  const name = document.createElement("b"), what = document.createElement("span"), open = document.createElement("a");
  name.textContent = n.data("name");
  what.className = "dim";
  what.textContent = [n.data("english"), [level, kind].filter(Boolean).join(document.documentElement.lang === "en" ? " " : ""), n.data("places").join(" › ")].filter(Boolean).join(" · ");
  open.href = page(n.id());
  open.textContent = words["entity.open"];
  detail.replaceChildren(name, what, open);
  if (n.data("hidden")) detail.append(button(`${words["entity.expand"]} ＋${n.data("hidden")}`, () => expand(n)));
}

function clear() {
  graph.elements().removeClass("aside").unselect();
  detail.replaceChildren();
}

// A link says how surely it is believed, and shows the sentences that prove it; each opens its document there.
async function describe(tie) {
  graph.elements().unselect().addClass("aside");
  tie.removeClass("aside").connectedNodes().removeClass("aside");
  const { subject, object } = tie.data();
  const head = document.createElement("b");
  head.textContent = `${tie.source().data("name")} → ${tie.target().data("name")}`;
  detail.replaceChildren(head);
  const quotes = await load(`/evidence.json?${new URLSearchParams({ subject, object })}`);
  if (!head.isConnected) return;
  detail.append(...quotes.slice(0, 4).map(quote => {
    const line = document.createElement("blockquote"), text = document.createElement(quote.href ? "a" : "span"), foot = document.createElement("footer");
    text.textContent = quote.text || words["entity.no_sentence"];
    if (quote.href) Object.assign(text, { className: "source", href: quote.href });
    foot.textContent = [
      words[`Predicate.${quote.predicate}`], `${words[`Basis.${quote.basis}`]} ${quote.confidence.toFixed(2)}`,
      quote.href ? `${quote.document} ${quote.year || ""}` : words["entity.authority"],
    ].join(" · ");
    line.append(text, foot);
    return line;
  }));
}

// The nearest node in the direction of the key.
function step(key) {
  const from = graph.nodes(":selected")[0];
  if (!from) return select(graph.nodes("[?focus]")[0]);
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
  graph = canvas(box);
  await open();
  graph.on("tap", event => { if (event.target === graph) clear(); });
  graph.on("tap", "node", event => select(event.target));
  graph.on("tap", "edge", event => describe(event.target));
  graph.on("dbltap", "node", event => expand(event.target));
  document.querySelector("[data-graph=fit]").addEventListener("click", () => fit(graph, 0));
  document.querySelector("[data-graph=reset]").addEventListener("click", () => open());
  whole.addEventListener("click", () => open(true));
  box.addEventListener("keydown", event => {
    const chosen = graph.nodes(":selected")[0];
    if (event.key === "Escape") clear();
    else if (event.key.startsWith("Arrow")) { event.preventDefault(); step(event.key); }
    else if (event.key === "Enter" && chosen) { event.preventDefault(); expand(chosen); }
    else if (event.key === " " && chosen) { event.preventDefault(); location.assign(page(chosen.id())); }
  });
  box.explorer = graph;
}

if (box) {
  if (document.readyState === "complete") start(); else addEventListener("load", start);
}
