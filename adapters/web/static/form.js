// The form of a source: a name is made of the title, options and their JSON are kept in step, another type has other options.
const form = document.querySelector("[data-source-form]");

function nameOf(title) {
  return title.replaceAll("ß", "ss").normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 100);
}

function value(field) {
  const text = field.value.trim();
  if (!text) return undefined;
  if (field.dataset.option === "string") return text;
  if (field.dataset.option === "list of string") return text.split("\n").map((line) => line.trim()).filter(Boolean);
  return JSON.parse(text);
}

function shown(option) {
  if (typeof option === "string") return option;
  if (Array.isArray(option) && option.every((item) => typeof item === "string")) return option.join("\n");
  return option === undefined ? "" : JSON.stringify(option);
}

function keepInStep() {
  const config = form.querySelector("[data-config]");
  const fields = [...form.querySelectorAll("[data-option]")];

  function options() {
    try { return JSON.parse(config.value || "{}"); } catch { return null; }
  }

  for (const field of fields) {
    field.addEventListener("change", () => {
      const all = options();
      if (all === null) return;
      try {
        const own = value(field), option = field.name.replace("option.", "");
        if (own === undefined) delete all[option]; else all[option] = own;
        config.value = Object.keys(all).length ? JSON.stringify(all, null, 2) : "";
        field.setCustomValidity("");
      } catch { field.setCustomValidity("JSON"); }
    });
  }
  config.addEventListener("change", () => {
    const all = options();
    if (all === null) return;
    for (const field of fields) field.value = shown(all[field.name.replace("option.", "")]);
  });
}

// The options of another type take the place of those that are shown; the focus and all other fields stay as they are.
let asked = 0;
async function showOptions(type) {
  const turn = ++asked;
  const address = new URL(location.pathname, location.href);
  address.searchParams.set("source_type", type);
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("options");
    if (!fresh || turn !== asked) return;
    document.getElementById("options").replaceWith(fresh);
    keepInStep();
  } catch { /* the server is away: saving says what is wrong with the options */ }
}

if (form) {
  const title = form.querySelector("[data-title]");
  const name = form.querySelector("[data-name]");
  let own = name.value !== "" && name.value !== nameOf(title.value);
  name.addEventListener("input", () => { own = name.value !== ""; });
  title.addEventListener("input", () => { if (!own && !location.pathname.includes("/edit/")) name.value = nameOf(title.value); });

  keepInStep();
  if (location.pathname.endsWith("/new")) {
    for (const radio of form.querySelectorAll("input[name=source_type]")) {
      radio.addEventListener("change", () => showOptions(radio.value));
    }
  }
}
