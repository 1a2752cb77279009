// Times come in UTC; they are shown in the viewer's zone, and in UTC again at the press of a button.
const button = document.getElementById("zone");
const page = document.documentElement.lang;
const own = (navigator.languages ?? []).find((language) => language.startsWith(page)); // en-GB writes dates otherwise than en
const local = new Intl.DateTimeFormat(own ?? page, { dateStyle: "medium", timeStyle: "short" });
const hour = new Intl.DateTimeFormat(own ?? page, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function isUtc() {
  try { return localStorage.getItem("harvestlog-utc") === "1"; } catch { return false; }
}

export function showTimes(root = document) {
  const utc = isUtc();
  for (const element of root.querySelectorAll("time[datetime]")) {
    const text = element.dataset.utc ??= element.textContent;
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    const form = element.dataset.form === "hour" ? hour : local;
    element.textContent = utc ? text : form.format(moment);
    element.title = utc ? form.format(moment) : text;
  }
  if (button) button.textContent = utc ? button.dataset.utc : button.dataset.local;
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    try { localStorage.setItem("harvestlog-utc", isUtc() ? "0" : "1"); } catch { /* a browser that keeps nothing */ }
    showTimes();
  });
}
showTimes();
