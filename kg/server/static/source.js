// Opens a passage in a window over the page, scrolled to the cited sentence; without it a click opens the document's page.
const dialog = document.querySelector("dialog#source");

async function show(link) {
  const response = await fetch(link.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return location.assign(link.href);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const text = page.querySelector("#text");
  dialog.querySelector(".caption").textContent = page.querySelector("h1").textContent.trim();
  dialog.querySelector(".whole").href = link.href;
  const box = dialog.querySelector(".text");
  box.replaceChildren(...text.childNodes);
  if (!dialog.open) dialog.showModal();
  const cited = [...box.querySelectorAll(".cited")];
  if (cited.length) box.scrollTop = cited[0].offsetTop - box.offsetTop - box.clientHeight / 3;
  box.focus({ preventScroll: true });
}

document.addEventListener("click", event => {
  const link = event.target.closest("a.source");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link);
});
dialog.addEventListener("click", event => {
  if (event.target === dialog || event.target.closest(".close")) dialog.close();
});
