"use strict";
/* Refreshes the page's parts once a second, marks what changed, and handles the keys. */

const EVERY_MS = 1000;
const digests = {};

function isBusy(part) {
  return part.hasAttribute("data-careful") && (part.contains(document.activeElement) || part.dataset.touched === "yes");
}

/* What is compared to find changes: the text without its quieter part, which only says how far away an instant is. */
function wordsOf(node) {
  const copy = node.cloneNode(true);
  for (const quiet of copy.querySelectorAll("small")) quiet.remove();
  return copy.textContent.trim();
}

function marked(part) {
  return [...part.querySelectorAll("[data-key], [data-new]")].map((node) => {
    const { key } = node.dataset;
    return key === undefined ? ["new " + node.dataset.new, "", node] : [key, wordsOf(node), node];
  });
}

function replace(part, html) {
  const before = new Map(marked(part).map(([key, words]) => [key, words]));
  const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const open = part.querySelector("details")?.open;
  part.innerHTML = html;
  if (open) part.querySelector("details").open = true;
  if (focused) part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  for (const [key, words, node] of marked(part)) if (before.get(key) !== words) node.classList.add("flash");
}

async function refresh() {
  const live = document.getElementById("live");
  try {
    const answer = await fetch(document.body.dataset.refresh, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const { now, parts } = await answer.json();
    document.getElementById("clock").textContent = now;
    for (const [name, { html, digest }] of Object.entries(parts)) {
      const part = document.querySelector(`[data-part="${name}"]`);
      if (!part || isBusy(part)) continue;
      if (digests[name] !== digest) replace(part, html);
      digests[name] = digest;
    }
    live.textContent = "live";
    live.classList.remove("off");
  } catch {
    live.textContent = "no connection";
    live.classList.add("off");
  }
  setTimeout(refresh, EVERY_MS);
}

function move(step) {
  const links = [...document.querySelectorAll(".tickets .subject a")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
}

document.addEventListener("input", (event) => {
  const part = event.target.closest("[data-careful]");
  if (part) part.dataset.touched = "yes";
});

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "Enter" && event.ctrlKey && event.target.form) event.target.form.requestSubmit();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
  if (event.key === "n" && document.getElementById("new-subject")) {
    document.getElementById("new-subject").focus();
    event.preventDefault();
  }
});

if (document.body.dataset.refresh) refresh();
