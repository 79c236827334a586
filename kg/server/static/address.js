// The page's address holds all that the reader sees of it, so that it can be copied, sent and come back to.

// What the IRIs of the graph begin with, and what follows as the addresses of the explorer's pages have it.
export const BASE = "https://w3id.org/policy-lineage/id/";
export const path = iri => iri.slice(BASE.length).split("/").map(encodeURIComponent).join("/");

// Puts parameters into the address; a list repeats one, null takes it out. `push` makes a step for the back button.
export function put(changes, push = false) {
  const there = new URL(location);
  for (const [name, value] of Object.entries(changes)) {
    there.searchParams.delete(name);
    for (const one of [value ?? []].flat()) there.searchParams.append(name, one);
  }
  if (there.href === location.href) return;
  history[push ? "pushState" : "replaceState"]({ ours: push || Boolean(history.state?.ours) }, "", there);
  follow();
}

// The link to the other language leads to the same view.
function follow() {
  const other = document.querySelector("a.language"), there = new URL(location);
  there.searchParams.set("lang", new URL(other.href).searchParams.get("lang"));
  other.href = there;
}

// Copies a text, and says so on the button for a moment.
export async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // a page that did not come over https, or a reader who forbids it
    const field = document.body.appendChild(document.createElement("textarea"));
    field.value = text;
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const label = button.textContent;
  if (label === button.dataset.copied) return;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = label; }, 1500);
}

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button, location.href));
}
addEventListener("popstate", follow);
