// Opens a passage in a window over the page, scrolled to the cited sentence; without it a click opens the document's page.
// The address names the passage, so that it can be sent, and the back button closes the window.
import { put } from "./address.js";

const dialog = document.querySelector("dialog#source");
const seen = () => {
  const passage = new URLSearchParams(location.search).get("see") || "";
  return passage.startsWith("/document/") ? passage : "";
};

async function show(passage) {
  const response = await fetch(passage, { headers: { Accept: "text/html" } });
  if (passage !== seen()) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const text = page.querySelector("#text");
  if (!text) return location.replace(passage); // no document: its own page says so
  dialog.querySelector(".caption").textContent = page.querySelector("h1").textContent.trim();
  dialog.querySelector(".whole").href = passage;
  const box = dialog.querySelector(".text");
  box.replaceChildren(...text.childNodes);
  if (!dialog.open) dialog.showModal();
  const cited = [...box.querySelectorAll(".cited")];
  if (cited.length) box.scrollTop = cited[0].offsetTop - box.offsetTop - box.clientHeight / 3;
  box.focus({ preventScroll: true });
}

function follow() {
  if (seen()) show(seen());
  else if (dialog.open) dialog.close();
}

document.addEventListener("click", event => {
  const link = event.target.closest("a.source");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  put({ see: link.getAttribute("href") }, true);
  follow();
});
dialog.addEventListener("click", event => {
  if (event.target === dialog || event.target.closest(".close")) dialog.close();
});
dialog.addEventListener("close", () => {
  if (!seen()) return;
  if (history.state?.ours) history.back(); else put({ see: null });
});
addEventListener("popstate", follow);
follow();
