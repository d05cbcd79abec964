"use strict";
/* Counts down, keeps the lists fresh, and sends a filter's form when a choice is made. Without it every page still works. */

const SOON_MS = 3000;
const CHOSEN = "chosen";
let ahead = 0; /* by how much the service's clock is ahead of this one; the demo moves it */

function span(seconds) {
  const left = Math.abs(Math.trunc(seconds));
  if (left < 60) return `${left} s`;
  if (left < 3600) return `${Math.floor(left / 60)} min ${left % 60} s`;
  if (left < 86400) return `${Math.floor(left / 3600)} h ${Math.floor((left % 3600) / 60)} min`;
  return `${Math.floor(left / 86400)} d ${Math.floor((left % 86400) / 3600)} h`;
}

function count() {
  const now = Date.now() + ahead;
  for (const node of document.querySelectorAll("time[data-countdown]")) {
    const left = (Date.parse(node.dateTime) - now) / 1000;
    node.textContent = left > 0 ? `in ${span(left)}` : `${span(left)} ago`;
    node.classList.toggle("over", left <= 0);
  }
}

function setClock(page) {
  ahead = Date.parse(page.body.dataset.now) - Date.now();
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    setClock(page);
    for (const fresh of page.querySelectorAll("[data-live]")) {
      const part = document.getElementById(fresh.id);
      if (part && !part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes);
    }
    count();
  } catch {
    /* the next time, or the sign-in page when the person goes on */
  }
}

if (document.body.dataset.now) {
  setClock(document);
  count();
  setInterval(count, 1000);
}
if (document.querySelector("[data-live]")) {
  setInterval(() => document.hidden || refresh(), Number(document.body.dataset.refresh) * 1000);
  if (document.querySelector("[role=status]")) setTimeout(refresh, SOON_MS); /* what was just asked for may be done */
}
for (const form of document.querySelectorAll("form[data-auto]")) {
  const chosen = form.elements[sessionStorage.getItem(CHOSEN)];
  if (chosen) chosen.focus(); /* by keyboard one goes on where one was */
  sessionStorage.removeItem(CHOSEN);
  form.addEventListener("change", (event) => {
    if (event.target.tagName !== "SELECT") return; /* a date is typed in parts, and has the button */
    sessionStorage.setItem(CHOSEN, event.target.name);
    form.requestSubmit();
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
