// The document's page: scrolls to the cited passage, switches kinds of highlights, and lists what overlaps.
const text = document.querySelector("#text");
const cited = text.querySelector(".cited");
if (cited) cited.scrollIntoView({ block: "center" });

document.querySelectorAll(".switches input").forEach(box => box.addEventListener("change", () => {
  text.querySelectorAll(`.k-${box.dataset.kind}`).forEach(mark => mark.classList.toggle("off", !box.checked));
}));

let menu;
function close() { menu?.remove(); menu = undefined; }

text.addEventListener("click", event => {
  const mark = event.target.closest("a.over");
  if (!mark || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  close();
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
