// Keys. Whatever has a key says so in `data-key` (or `data-go`, behind g); without this script it is clicked.
"use strict";

const off = () => localStorage.getItem("letters") === "off";
let went = false;

function typing(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

function use(element) {
  if (!element) return false;
  if (/^(INPUT|TEXTAREA)$/.test(element.tagName)) element.focus();
  else element.click();
  return true;
}

function named(attribute, key) {
  return document.querySelector(`[${attribute}="${CSS.escape(key)}"]`);
}

function step(by) {
  const rows = [...document.querySelectorAll(".row")];
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement);
  rows[Math.min(Math.max(at + by, 0), rows.length - 1)].focus();
  return true;
}

function pressed(event) {
  if (event.isComposing || event.altKey || event.metaKey) return;
  if (event.ctrlKey) {
    if (event.key === "Enter" && use(named("data-key", "Ctrl+Enter"))) event.preventDefault();
    return;
  }
  if (event.key === "Escape" && typing(event.target)) {
    event.target.blur();
    return;
  }
  if (typing(event.target) || (off() && event.key.length === 1)) return;
  const again = went;
  went = event.key === "g" && !again;
  const done = went || (again && use(named("data-go", event.key))) || use(named("data-key", event.key))
    || (event.key === "j" && step(1)) || (event.key === "k" && step(-1));
  if (done) event.preventDefault();
}

document.addEventListener("keydown", pressed);

// What is typed and not saved is not left without a question.
for (const form of document.querySelectorAll("[data-typed]")) {
  let typed = false;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}

const letters = document.getElementById("letters");
if (letters) {
  letters.checked = !off();
  letters.addEventListener("change", () => localStorage.setItem("letters", letters.checked ? "on" : "off"));
}

// A message is cut where the cursor stands in it; a tag that is clicked goes into its field.
for (const form of document.querySelectorAll("form.edit")) {
  form.addEventListener("focusout", (event) => {
    if (event.target.name === "content") form.elements.cursor.value = event.target.selectionStart;
  });
  form.addEventListener("click", (event) => {
    const tag = event.target.dataset.tag, field = form.elements.tags;
    if (!tag || !field) return;
    const tags = field.value.split(",").map((each) => each.trim()).filter(Boolean);
    field.value = (tags.includes(tag) ? tags.filter((each) => each !== tag) : [...tags, tag]).join(", ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// Files are dropped on the form, and then it is as if they had been chosen.
for (const form of document.querySelectorAll("[data-drop]")) {
  const field = form.querySelector("input[type=file]");
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

// How things stand is asked of the server now and then, and when somebody comes back to the page.
const look = () => { if (!document.hidden) document.body.dispatchEvent(new Event("look")); };
setInterval(look, 8000);
document.addEventListener("visibilitychange", look);
document.addEventListener("click", (event) => {
  if (event.target.matches?.("[data-reload]")) { event.preventDefault(); location.reload(); }
});
