// The layered graph on an entity's page: double-click expands a node and folds it again; its label counts beforehand what
// is not yet shown. The address holds what is expanded and chosen, and the server draws what it says.
import { BASE, path, put } from "./address.js";
import { canvas, fit, show } from "./layered.js";

const box = document.querySelector("#graph");
const detail = document.querySelector("#graph-detail");
const whole = document.querySelector("[data-graph=whole]");
let graph, words, drawn, asked = 0;

const page = iri => iri.startsWith(BASE) && !iri.includes("#")
  ? "/entity/" + path(iri)
  : "/entity/?iri=" + encodeURIComponent(iri);
const named = ({ level, kinds }) =>
  kinds.length ? kinds.map(kind => words[`Kind.${kind}`]).join(" · ") : words[`Level.${level || "none"}`];

// What the reader sees of the graph, as the address holds it: what was expanded, and what was chosen.
const short = iri => iri.startsWith(BASE) ? iri.slice(BASE.length) : iri;
const long = name => /^[A-Z][A-Za-z]+\//.test(name) ? BASE + name : name;
function seen() {
  const given = new URLSearchParams(location.search);
  return { open: given.getAll("open"), whole: given.get("whole"), on: given.get("on"), to: given.get("to") };
}

async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

// Draws what the address says; an answer that another has overtaken is left.
async function draw() {
  const turn = ++asked, { open, whole: all, on } = seen();
  const wanted = new URLSearchParams(open.map(name => ["open", name]));
  wanted.set("width", box.clientWidth);
  if (all) wanted.set("whole", 1);
  const drawing = await load(`${box.dataset.source}&${wanted}`);
  if (turn !== asked) return;
  drawn = JSON.stringify([open, all]);
  show(graph, drawing, named, on ? long(on) : "");
  whole.hidden = !drawing.beyond;
  whole.querySelector("span").textContent = `＋${drawing.beyond}`;
  mark();
  box.dataset.nodes = graph.nodes().length;
}

async function go(changes) {
  put(changes, true);
  await draw();
}

// Shows again what the address says was chosen.
function mark() {
  const { on, to } = seen();
  const one = on ? graph.getElementById(long(on)) : graph.collection();
  const tie = to ? one.edgesTo(graph.getElementById(long(to))) : graph.collection();
  if (tie.length) describe(tie[0]);
  else if (one.length) select(one[0]);
  else clear();
}

function choose(on, to) {
  put({ on, to });
  mark();
}

function expand(n) {
  const { open } = seen(), name = short(n.id());
  if (n.data("hidden")) return go({ open: [...open, name], on: name, to: null });
  if (open.includes(name)) return go({ open: open.filter(one => one !== name), on: name, to: null });
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
  else if (seen().open.includes(short(n.id()))) detail.append(button(words["entity.fold"], () => expand(n)));
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
  if (!from) return choose(short(graph.nodes("[?focus]")[0].id()), null);
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  const here = from.position();
  let best, least = Infinity;
  graph.nodes().forEach(other => {
    if (other.same(from)) return;
    const x = other.position("x") - here.x, y = other.position("y") - here.y;
    const ahead = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (ahead > 1 && ahead + 3 * aside < least) { least = ahead + 3 * aside; best = other; }
  });
  if (best) { choose(short(best.id()), null); graph.animate({ center: { eles: best } }, { duration: 120 }); }
}

async function start() {
  words = JSON.parse(document.querySelector("#graph-words").textContent);
  graph = canvas(box);
  await draw();
  graph.on("tap", event => { if (event.target === graph) choose(null, null); });
  graph.on("tap", "node", event => choose(short(event.target.id()), null));
  graph.on("tap", "edge", event => choose(short(event.target.source().id()), short(event.target.target().id())));
  graph.on("dbltap", "node", event => expand(event.target));
  document.querySelector("[data-graph=fit]").addEventListener("click", () => fit(graph, 0));
  document.querySelector("[data-graph=reset]").addEventListener("click", () => go({ open: null, whole: null, on: null, to: null }));
  whole.addEventListener("click", () => go({ whole: 1 }));
  addEventListener("popstate", () => {
    const { open, whole: all } = seen();
    if (JSON.stringify([open, all]) === drawn) mark(); else draw();
  });
  box.addEventListener("keydown", event => {
    const chosen = graph.nodes(":selected")[0];
    if (event.key === "Escape") choose(null, null);
    else if (event.key.startsWith("Arrow")) { event.preventDefault(); step(event.key); }
    else if (event.key === "Enter" && chosen) { event.preventDefault(); expand(chosen); }
    else if (event.key === " " && chosen) { event.preventDefault(); location.assign(page(chosen.id())); }
  });
  box.explorer = graph;
}

if (box) {
  if (document.readyState === "complete") start(); else addEventListener("load", start);
}
