// Suggestions below the search box: a listbox moved through with the arrow keys, as the ARIA pattern for a combobox says.
const input = document.querySelector(".searchbox input");
const list = document.querySelector("#suggestions");
let chosen = -1, asked = 0, timer;

function close() {
  list.hidden = true;
  chosen = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(index) {
  const options = [...list.children];
  chosen = (index + options.length) % options.length;
  options.forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
  input.setAttribute("aria-activedescendant", options[chosen].id);
  options[chosen].scrollIntoView({ block: "nearest" });
}

async function suggest() {
  const text = input.value.trim(), turn = ++asked;
  if (!text) return close();
  const response = await fetch(`/suggest.json?q=${encodeURIComponent(text)}`);
  if (!response.ok || turn !== asked) return;
  const found = await response.json();
  if (turn !== asked) return;
  list.replaceChildren(...found.map((item, index) => {
    const option = document.createElement("li"), what = document.createElement("small");
    option.id = `suggestion-${index}`;
    option.setAttribute("role", "option");
    option.dataset.href = item.href;
    option.append(item.name);
    what.textContent = item.what;
    option.append(what);
    return option;
  }));
  chosen = -1;
  list.hidden = !found.length;
  input.setAttribute("aria-expanded", String(found.length > 0));
}

if (input) {
  input.addEventListener("input", event => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(suggest, 120);
  });
  input.addEventListener("compositionend", suggest);
  input.addEventListener("keydown", event => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen < 0 ? -1 : chosen - 1); }
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.href);
    }
  });
  list.addEventListener("mousedown", event => {
    const option = event.target.closest("li");
    if (option) { event.preventDefault(); location.assign(option.dataset.href); }
  });
  input.addEventListener("blur", () => setTimeout(close, 100));
}
document.addEventListener("keydown", event => {
  if (event.key === "/" && input && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    input.focus();
  }
});
if (matchMedia("(max-width: 760px)").matches)
  document.querySelectorAll(".facets > details, details.contents").forEach(details => { details.open = false; });
