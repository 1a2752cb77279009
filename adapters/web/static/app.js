// What every page has: times in the viewer's zone, shortcuts, and what fails is shown where it is.
import "./times.js";
import "./keys.js";
import "./form.js";
import "./slider.js";
import { live } from "./live.js";
import { again } from "./again.js";

(document.getElementById("problems") ?? document.getElementById("preview"))?.focus();

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});

// A page that the back button brings back is an old one.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
  for (const form of document.forms) delete form.dataset.sent;
});

// A link to sign in holds the token behind the #, which is never sent with the address.
const field = document.querySelector("#token-form input[name=token]");
if (field && location.hash.startsWith("#hl_")) {
  field.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  field.form.querySelector("button").focus();
}

if (document.querySelector("[data-live]")) live();
const waits = document.querySelector("[data-again]");
if (waits) again(Number(waits.dataset.again));
