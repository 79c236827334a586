// The document's page: scrolls to the cited passage, switches kinds of highlights, lists what overlaps, and gives a link to
// whatever passage is selected.
import { copy, put } from "./address.js";

const text = document.querySelector("#text");
const cited = text.querySelector(".cited");
if (cited) cited.scrollIntoView({ block: "center" });

const boxes = [...document.querySelectorAll(".switches input")];
function highlight() {
  for (const box of boxes)
    text.querySelectorAll(`.k-${box.dataset.kind}`).forEach(mark => mark.classList.toggle("off", !box.checked));
}
const hidden = new URLSearchParams(location.search).getAll("hide");
for (const box of boxes) {
  box.checked = !hidden.includes(box.dataset.kind);
  box.addEventListener("change", () => {
    put({ hide: boxes.filter(one => !one.checked).map(one => one.dataset.kind) });
    highlight();
  });
}
highlight();

let menu, opener;
function close() {
  if (menu?.contains(document.activeElement)) opener.focus();
  menu?.remove();
  menu = undefined;
}

text.addEventListener("click", event => {
  const mark = event.target.closest("a.over");
  if (!mark || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  close();
  opener = mark;
  const all = JSON.parse(mark.dataset.all), place = mark.getBoundingClientRect();
  menu = document.createElement("div");
  menu.className = "menu";
  menu.setAttribute("role", "group");
  menu.setAttribute("aria-label", text.dataset.several.replace("{0}", all.length));
  for (const one of all) {
    const line = document.createElement(one.href ? "a" : "span"), what = document.createElement("small");
    if (one.href) line.href = one.href;
    line.append(one.name, " ");
    what.textContent = one.what;
    line.append(what);
    menu.append(line);
  }
  document.body.append(menu);
  menu.style.top = `${place.bottom + scrollY + 4}px`;
  menu.style.left = `${Math.max(8, Math.min(place.left, innerWidth - menu.offsetWidth - 8)) + scrollX}px`;
  menu.querySelector("a")?.focus();
});
document.addEventListener("keydown", event => { if (event.key === "Escape") close(); });
document.addEventListener("click", event => { if (menu && !event.target.closest(".menu, a.over")) close(); });

// Where a point of the text lies, in code points as everywhere.
function offset(node, at) {
  const line = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("p[data-start]");
  if (!line || !text.contains(line)) return null;
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(node, at);
  return Number(line.dataset.start) + [...before.toString()].length;
}

let offer;
document.addEventListener("selectionchange", () => {
  offer?.remove();
  const selection = getSelection(), range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
  const start = range && offset(range.startContainer, range.startOffset), end = range && offset(range.endContainer, range.endOffset);
  if (start === null || end === null || start >= end) return;
  const place = range.getBoundingClientRect();
  offer = document.createElement("button");
  offer.type = "button";
  offer.className = "offer";
  offer.textContent = text.dataset.copy;
  offer.dataset.copied = text.dataset.copied;
  offer.style.top = `${place.bottom + scrollY + 6}px`;
  offer.style.left = `${Math.max(8, place.left) + scrollX}px`;
  offer.addEventListener("pointerdown", event => event.preventDefault()); // keeps the selection
  offer.addEventListener("click", () => {
    put({ at: `${start}-${end}`, quote: null });
    copy(offer, location.href);
  });
  document.body.append(offer);
});
