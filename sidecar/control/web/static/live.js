// New calls on top, every two seconds; one that changed takes its old place.

import { typing } from "./frame.js";

const EVERY = 2000;
const MOST = 300;
const state = document.querySelector("[data-live]");
const list = document.querySelector("[data-calls]");
const still = document.querySelector("[data-still]");
let upto = Number(state?.dataset.upto ?? 0);
let paused = false;

function say(text, on) {
  state.querySelector("[data-live-said]").textContent = text;
  state.classList.toggle("on", on);
}

function place(row) {
  const known = list.querySelector(`[data-call="${CSS.escape(row.dataset.call)}"]`);
  if (known) { known.replaceWith(row); return; }
  row.classList.add("fresh");
  const after = [...list.children].find((one) => Number(one.dataset.at) <= Number(row.dataset.at));
  list.insertBefore(row, after ?? null);
  document.querySelector("[data-nothing]")?.remove();
}

async function look() {
  if (paused || document.visibilityState !== "visible") return;
  const query = new URLSearchParams(location.search);
  query.set("newer", upto);
  try {
    const answer = await fetch(`/live/rows?${query}`, { headers: { accept: "text/html" } });
    if (answer.redirected) { location.reload(); return; }
    if (!answer.ok) { say("The record is away; trying again", false); return; }
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    for (const row of [...holder.content.querySelectorAll("[data-call]")].reverse()) place(row);
    while (list.children.length > MOST) list.lastElementChild.remove();
    upto = Math.max(upto, Number(answer.headers.get("x-upto") ?? 0));
    say("Live", true);
  } catch { say("Not connected; trying again", false); }
}

function hold() {
  paused = !paused;
  still.setAttribute("aria-pressed", String(paused));
  still.textContent = paused ? "Go on" : "Hold still";
  say(paused ? "Held still" : "Live", !paused);
}

if (state) {
  still.addEventListener("click", hold);
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || typing(event) || event.target.closest("button, a, summary")) return;
    event.preventDefault();
    hold();
  });
  look();
  setInterval(look, EVERY);
}
for (const select of document.querySelectorAll("[data-filters] select")) select.addEventListener("change", () => select.form.requestSubmit());
