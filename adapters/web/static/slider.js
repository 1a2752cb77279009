// A slider over the versions of a dataset: the version that it points to is fetched and put in place, and the slider keeps the focus.
import { showTimes } from "./times.js";

const form = document.querySelector("form[data-slider]");
let timer = 0, asked = 0;

async function show(address) {
  const mine = ++asked;
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) { location.assign(address); return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== asked) return; // the slider has moved on
  const old = document.querySelector("[data-part=version]"), fresh = page.querySelector("[data-part=version]");
  if (!old || !fresh) { location.assign(address); return; }
  old.replaceChildren(...fresh.childNodes);
  showTimes(old);
  history.replaceState(null, "", address);
}

if (form) {
  const slider = form.querySelector("input[type=range]"), number = form.querySelector("output");
  const address = () => `${form.action.split("?")[0]}?number=${slider.value}`;
  slider.addEventListener("input", () => {
    number.textContent = slider.value;
    clearTimeout(timer);
    timer = setTimeout(() => show(address()), 150);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); show(address()); });
}
