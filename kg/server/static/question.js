// Offers names of the graph while a parameter that is a name is being typed.
for (const input of document.querySelectorAll("input[data-type=name]")) {
  let timer;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (!input.value.trim()) return;
      const response = await fetch(`/suggest.json?q=${encodeURIComponent(input.value)}`);
      if (!response.ok) return;
      input.list.replaceChildren(...(await response.json()).map(item => {
        const option = document.createElement("option");
        option.value = item.name;
        option.label = item.what;
        return option;
      }));
    }, 150);
  });
}
