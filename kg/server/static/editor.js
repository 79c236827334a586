// The SPARQL editor: YASGUI on our own endpoint, completing our prefixes, terms and names, with nothing asked elsewhere.
import { BASE, path, put } from "./address.js";
import { canvas, show } from "./layered.js";

const { query, graph: graphTitle, chart: chartTitle, silent, words, labels } = JSON.parse(document.querySelector("#editor-data").textContent);
const FIRST = `PREFIX pl: <https://w3id.org/policy-lineage#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?strategy ?name (COUNT(?thing) AS ?contributing) {
  ?thing pl:contributesTo ?strategy .
  ?strategy skos:prefLabel ?name FILTER(LANG(?name) = "zh")
} GROUP BY ?strategy ?name ORDER BY DESC(?contributing) LIMIT 20
`;
const page = iri => !iri.startsWith(BASE) || iri.includes("#") ? ""
  : iri.startsWith(`${BASE}Document/`) ? "/document/" + path(iri).slice("Document/".length) : "/entity/" + path(iri);
const local = iri => {
  const end = iri.split(/[#/]/).pop() || iri;
  try { return decodeURIComponent(end); } catch { return end; }
};
const escaped = text => text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);

function completers(Yasqe, { prefixes, terms }) {
  const language = document.documentElement.lang.slice(0, 2);
  const fitting = (type, token) => {
    const typed = (token.autocompletionString || token.string || "").replace(/^</, "").toLowerCase();
    const full = name => prefixes.pl + name.slice(3);
    return terms
      .filter(term => term.type === type && [full(term.name), term.name, term.label_zh, term.label_en]
        .some(text => (text || "").toLowerCase().includes(typed)))
      .map(term => full(term.name));
  };
  const labelled = (yasqe, hints) => hints.map(hint => {
    const term = terms.find(one => hint.text.endsWith(`#${one.name.slice(3)}`) || hint.text === one.name);
    return term ? { ...hint, displayText: `${term.name}  ${term[`label_${language}`] || ""}` } : hint;
  });
  Yasqe.defaults.autocompleters = ["variables"];
  Yasqe.forkAutocompleter("prefixes", {
    name: "our-prefixes", persistenceId: null, bulk: false,
    get: async () => Object.entries(prefixes).map(([name, iri]) => `${name}: <${iri}>`),
  });
  for (const type of ["property", "class"]) Yasqe.forkAutocompleter(type, {
    name: `our-${type}`, persistenceId: null, bulk: false, autoShow: true, postprocessHints: labelled,
    get: async (yasqe, token) => fitting(type, token),
  });
  // A Chinese name, typed bare where an entity may stand, becomes the entity's IRI.
  const typedName = yasqe => {
    const { line, ch } = yasqe.getDoc().getCursor();
    const before = yasqe.getDoc().getLine(line).slice(0, ch);
    if ((before.match(/"/g) || []).length % 2 || before.includes("#") && !before.includes("<")) return "";
    return /(?<![\w:/\u3400-\u9fff])[\u3400-\u9fff]+$/.exec(before)?.[0] || "";
  };
  Yasqe.registerAutocompleter({
    name: "our-names", bulk: false, autoShow: true,
    isValidCompletionPosition: yasqe => typedName(yasqe).length > 0,
    get: async yasqe => {
      const response = await fetch(`/suggest.json?q=${encodeURIComponent(typedName(yasqe))}`);
      return response.ok ? (await response.json()).map(item => item.iri) : [];
    },
    preProcessToken: (yasqe, token) => {
      const { ch } = yasqe.getDoc().getCursor();
      return { ...token, from: { ch: ch - typedName(yasqe).length }, to: { ch }, string: typedName(yasqe) };
    },
    postProcessSuggestion: (yasqe, token, iri) => `<${iri}>`,
    postprocessHints: (yasqe, hints) => hints.map(hint => ({ ...hint, displayText: local(hint.text.replace(/[<>]/g, "")) + "  " + hint.text.replace(/[<>]/g, "").slice(BASE.length).split("/").slice(0, -1).join(" › ") })),
  });
}

function views(Yasr) {
  // YASR's own table hands values to a sanitiser as HTML; here nothing but escaped text gets into a cell.
  class Table extends Yasr.plugins.table {
    constructor(yasr) { super(yasr); this.helpReference = undefined; }
    getCellContent(binding) {
      const address = binding.type === "uri" ? page(binding.value) : "";
      const shown = escaped(binding.type === "uri" ? local(binding.value) : binding.value);
      const title = escaped(binding.type === "uri" ? binding.value : binding["xml:lang"] || "");
      return address ? `<div><a class="iri" href="${escaped(address)}" title="${title}">${shown}</a></div>`
        : `<div><span title="${title}">${shown}</span></div>`;
    }
    getColumns() {
      const [number, ...columns] = super.getColumns(), sorted = ["filter", "sort", undefined];
      return [number, ...columns.map(column => ({
        ...column,
        render: (binding, use) => binding === "" ? "" : sorted.includes(use) ? escaped(binding.value) : this.getCellContent(binding),
      }))];
    }
  }
  const bindings = yasr => yasr.results?.getBindings?.() || [];
  const triples = yasr => {
    const statements = yasr.results?.getStatements?.();
    if (statements) return statements.filter(s => s.object.termType === "NamedNode")
      .map(s => [s.subject.value, s.predicate.value, s.object.value]);
    const variables = yasr.results?.getVariables?.() || [];
    return bindings(yasr).flatMap(row => {
      const iris = variables.filter(name => row[name]?.type === "uri").map(name => row[name].value);
      const ends = iris.filter(iri => iri.startsWith(BASE));
      const between = iris.find(iri => !iri.startsWith(BASE)) || "";
      return ends.slice(1).map((end, index) => [ends[index], between, end]);
    });
  };
  class Graph {
    constructor(yasr) { this.yasr = yasr; this.priority = 5; this.label = graphTitle; }
    canHandleResults() { return triples(this.yasr).length > 0; }
    getIcon() { return icon("M4 3h8v4H4zM4 17h8v4H4zM14 10h8v4h-8zM7 7h2v10H7zM9 11h5v2H9z"); }
    async draw() {
      const box = document.createElement("div");
      box.className = "graph";
      this.yasr.resultsEl.replaceChildren(box);
      const drawn = canvas(box), body = JSON.stringify({ links: triples(this.yasr), width: box.clientWidth });
      const response = await fetch("/drawing.json", { method: "POST", body });
      if (!response.ok || !box.isConnected) return;
      const band = ({ level, kinds }) =>
        kinds.length ? kinds.map(kind => words[`Kind.${kind}`]).join(" · ") : words[`Level.${level || "none"}`];
      show(drawn, await response.json(), band);
      drawn.on("tap", "node", event => { const address = page(event.target.id()); if (address) location.assign(address); });
    }
  }
  const numeric = binding => binding?.type !== "uri" && binding?.datatype && !Number.isNaN(Number(binding.value));
  class Chart {
    constructor(yasr) { this.yasr = yasr; this.priority = 4; this.label = chartTitle; }
    columns() {
      const rows = bindings(this.yasr), names = this.yasr.results?.getVariables?.() || [];
      const number = names.filter(name => rows.some(row => numeric(row[name]))).at(-1);
      const label = names.find(name => name !== number && rows.some(row => row[name]?.["xml:lang"])) || names.find(name => name !== number);
      return [label, number];
    }
    canHandleResults() { return this.columns().every(Boolean); }
    getIcon() { return icon("M3 4h14v4H3zM3 10h18v4H3zM3 16h9v4H3z"); }
    draw() {
      const [label, number] = this.columns(), box = document.createElement("div");
      const rows = bindings(this.yasr).filter(row => numeric(row[number])).slice(0, 60);
      const most = Math.max(...rows.map(row => Math.abs(Number(row[number].value))), 1e-9);
      box.className = "yasr_bars";
      for (const row of rows) {
        const name = document.createElement("span"), place = document.createElement("span"), bar = document.createElement("i"), value = document.createElement("span");
        name.textContent = row[label] ? (row[label].type === "uri" ? local(row[label].value) : row[label].value) : "";
        bar.style.width = `${100 * Math.abs(Number(row[number].value)) / most}%`;
        value.textContent = Number(row[number].value).toLocaleString();
        place.append(bar);
        box.append(name, place, value);
      }
      this.yasr.resultsEl.replaceChildren(box);
    }
  }
  class Response extends Yasr.plugins.response {
    constructor(yasr) { super(yasr); this.helpReference = undefined; }
  }
  // What the server says in its one line of JSON; YASR's own shows the JSON, and an offer to ask again elsewhere.
  class Refusal extends Yasr.plugins.error {
    async draw() {
      const box = document.createElement("p"), said = this.yasr.results.getError().text || "";
      box.className = "notice";
      box.setAttribute("role", "alert");
      try { box.textContent = JSON.parse(said).error.message; } catch { box.textContent = silent; }
      this.yasr.resultsEl.replaceChildren(box);
    }
  }
  Yasr.registerPlugin("error", Refusal);
  Yasr.registerPlugin("table", Table);
  Yasr.registerPlugin("response", Response);
  Yasr.registerPlugin("graph", Graph);
  Yasr.registerPlugin("chart", Chart);
  Yasr.defaults.pluginOrder = ["table", "graph", "chart", "boolean", "response", "error"];
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), line = svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  line.setAttribute("fill", "currentColor");
  return svg;
}

// YASGUI and the server's errors speak English only: what they say is replaced where it appears; queries and results are left alone.
function translate(root) {
  const whole = new Map(), parts = [];
  for (const [english, own] of Object.entries(labels)) {
    if (!english.includes("{")) whole.set(english, own);
    else parts.push([new RegExp(`^${english.replace(/[.:?*+()]/g, "\\$&").replace(/\{\d\}/g, "(.+?)")}$`), own]);
  }
  const said = text => {
    const plain = text.trim();
    if (whole.has(plain)) return whole.get(plain);
    const [pattern, own] = parts.find(([pattern]) => pattern.test(plain)) || [];
    if (!pattern) return text;
    const [, ...values] = pattern.exec(plain);
    return own.replace(/\{(\d)\}/g, (_, index) => said(values[index]));
  };
  const change = (node, before, put) => { const after = said(before); if (after !== before) put(after); };
  const visit = node => {
    if (node.nodeType === Node.TEXT_NODE) return change(node, node.data, text => { node.data = text; });
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(".CodeMirror-scroll, .yasr_results td:not(.dt-empty), .graph, .yasr_bars")) return;
    for (const name of ["title", "aria-label", "placeholder"])
      if (node.hasAttribute(name)) change(node, node.getAttribute(name), text => node.setAttribute(name, text));
    node.childNodes.forEach(visit);
  };
  const left = node => (node.parentElement || root).closest(".CodeMirror-scroll, .yasr_results td:not(.dt-empty), .graph, .yasr_bars");
  new MutationObserver(changes => changes.forEach(({ type, target, addedNodes }) => {
    if (type === "childList") addedNodes.forEach(node => { if (!left(node)) visit(node); });
    else if (!left(target)) visit(target);
  })).observe(root, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["title", "aria-label", "placeholder"] });
}

// The address holds the query, and the view once it has been asked; whoever comes with both sees the answer.
function keepAddress(tab) {
  const yasqe = tab.getYasqe(), yasr = tab.getYasr(), given = name => new URLSearchParams(location.search).get(name);
  let timer;
  const come = () => {
    if (given("query") !== null && given("query") !== yasqe.getValue()) tab.setQuery(given("query"));
    if (!Object.hasOwn(Yasgui.Yasr.plugins, given("view") ?? "")) return;
    yasr.selectPlugin(given("view"));
    tab.query().catch(() => {}); // a refusal is shown among the results
  };
  const changed = () => { // an answer stays behind the back button when its query is changed
    if (yasqe.getValue() !== given("query")) put({ query: yasqe.getValue(), view: null }, Boolean(given("view")));
  };
  changed();
  yasqe.on("error", () => {}); // it is shown among the results; without a listener it would be thrown as well
  yasqe.on("change", () => { clearTimeout(timer); timer = setTimeout(changed, 300); });
  tab.on("query", () => { changed(); put({ view: yasr.selectedPlugin || "table" }); });
  yasr.on("change", () => { if (given("view")) put({ view: yasr.selectedPlugin }); });
  addEventListener("popstate", come);
  come();
}

async function start() {
  const known = await (await fetch("/terms.json")).json();
  // What the server declares by itself is declared in the editor too, so that it flags only what the server refuses.
  Yasgui.Yasqe.extendMode("sparql11", { startState() { return { ...this._startState(), prefixes: { ...known.prefixes } }; } });
  completers(Yasgui.Yasqe, known);
  views(Yasgui.Yasr);
  translate(document.querySelector("#yasgui"));
  Yasgui.Yasr.defaults.prefixes = known.prefixes;
  const endpoint = new URL("/sparql", location).href;
  const editor = new Yasgui(document.querySelector("#yasgui"), {
    persistenceId: "kg-editor", autofocus: false, populateFromUrl: false, copyEndpointOnNewTab: true,
    requestConfig: { endpoint, method: "POST" },
    endpointCatalogueOptions: { getData: () => [], keys: [], renderItem: () => {} },
    yasqe: { ...Yasgui.Yasqe.defaults, createShareableLink: () => location.href, value: FIRST },
  });
  const tab = editor.getTab();
  tab.setEndpoint(endpoint);
  if (query) tab.setQuery(query);
  keepAddress(tab);
  document.querySelector("#yasgui").editor = editor;
}

if (document.readyState === "complete") start(); else addEventListener("load", start);
