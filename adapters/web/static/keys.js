// Single keys, as long as nobody types and they aren't switched off: / to search, j and k through rows, ? for help.
const help = document.getElementById("help");
const button = document.getElementById("help-button");
const box = document.getElementById("shortcuts");

function used() {
  try { return localStorage.getItem("harvestlog-keys") !== "0"; } catch { return true; }
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-rows] tbody tr, ul[data-rows] > li")];
  const at = rows.findIndex((row) => row.classList.contains("at"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
  if (!next) return;
  rows[at]?.classList.remove("at");
  next.classList.add("at");
  next.querySelector("a")?.focus();
  next.scrollIntoView({ block: "nearest" });
}

if (button && help) {
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());
  box.checked = used();
  box.addEventListener("change", () => {
    try { localStorage.setItem("harvestlog-keys", box.checked ? "1" : "0"); } catch { /* a browser that keeps nothing */ }
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !used() || help?.open) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "?") help?.showModal();
});
