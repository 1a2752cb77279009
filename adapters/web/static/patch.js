// Puts new content in place without taking away what somebody uses: nodes stay, their texts and attributes change.
import { showTimes } from "./times.js";

const OWN = ["open", "title", "data-utc", "data-sent"]; // attributes that belong to the page as it is shown

// A focus, an opened text or a selection would be lost with the nodes.
function isInUse(element) {
  const selection = getSelection();
  return element.contains(document.activeElement) || element.querySelector("details[open]")
    || (!selection.isCollapsed && selection.containsNode(element, true));
}

function isAlike(old, fresh) {
  return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName;
}

function takeAttributes(old, fresh) {
  for (const { name, value } of fresh.attributes) if (!OWN.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!OWN.includes(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
}

function takeNode(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return true;
  }
  if (old.nodeName === "TIME") {
    if (old.dateTime !== fresh.dateTime) {
      old.dateTime = fresh.dateTime;
      old.textContent = fresh.textContent;
      delete old.dataset.utc;
    }
    return true;
  }
  takeAttributes(old, fresh);
  return takeChildren(old, fresh);
}

function takeChildren(old, fresh) {
  const before = [...old.childNodes], after = [...fresh.childNodes];
  if (before.length === after.length && before.every((node, at) => isAlike(node, after[at]))) {
    return before.map((node, at) => takeNode(node, after[at])).every(Boolean);
  }
  if (isInUse(old)) return false;
  old.replaceChildren(...after);
  return true;
}

// Make the content of an element that of a fragment; false: something is in use, try again later.
export function patch(element, fragment) {
  const done = takeChildren(element, fragment);
  showTimes(element);
  return done;
}

// What can be read and done, without times: it tells whether two contents differ for a person.
export function skeleton(root) {
  const copy = root.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) time.remove();
  const actions = [...copy.querySelectorAll("form, a, button")].map((node) => node.getAttribute("action") ?? node.getAttribute("href") ?? "");
  return `${copy.textContent.replace(/\s+/g, " ").trim()}|${actions.join("|")}`;
}
