// The approvals page: hears of changes, counts down, decides by keys. The server draws; this fetches what it drew.

import { pending, toast, typing } from "./frame.js";

const page = document.querySelector("[data-approvals]");
const lists = page.querySelector("[data-lists]");
const place = page.querySelector("[data-place]");
const ROUND = 2 * Math.PI * 19.5;
let deciding = false;

const card = () => place.querySelector("[data-card]");
const rows = () => [...lists.querySelectorAll("[data-queue] [data-ticket]")];

// Countdowns run on the browser's own clock from the moment something was drawn: clocks of machines differ.
const drawn = new WeakMap();
function tick() {
  for (const one of page.querySelectorAll("[data-left]")) {
    const ring = one.querySelector("[data-ring]");
    if (!ring) continue;
    if (!drawn.has(one)) drawn.set(one, performance.now());
    const left = Math.max(0, Number(one.dataset.left) - (performance.now() - drawn.get(one)) / 1000);
    const part = Math.min(1, left / Number(one.dataset.whole));
    ring.querySelector(".left").setAttribute("stroke-dasharray", `${(ROUND * part).toFixed(1)} 200`);
    ring.classList.toggle("last", left < 30);
    ring.classList.toggle("soon", left >= 30 && part < 0.25);
    const seconds = Math.floor(left), two = (n) => String(n).padStart(2, "0");
    const text = seconds >= 600 && seconds < 3600 ? `${Math.floor(seconds / 60)}m` : seconds >= 3600 ? `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}` : `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
    const clock = ring.querySelector("[data-clock]");
    if (clock.textContent !== text) clock.textContent = text;
  }
}
setInterval(tick, 500);

function localTimes(root) {
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    time.title = time.textContent;
    time.textContent = at.toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });
  }
}

async function fetched(path) {
  const answer = await fetch(path, { headers: { accept: "text/html" }, redirect: "manual" });
  if (answer.type === "opaqueredirect") { location.reload(); return null; }
  return answer.ok ? answer.text() : null;
}

let refreshing = false, again = false;
async function refreshLists() {
  if (refreshing) { again = true; return; }
  refreshing = true;
  const chosen = card()?.dataset.card ?? "";
  const focused = document.activeElement?.dataset?.ticket;
  try {
    const text = await fetched(`/approvals/queue?chosen=${encodeURIComponent(chosen)}`);
    if (text !== null) {
      lists.innerHTML = text;
      tick();
      if (focused) lists.querySelector(`[data-ticket="${CSS.escape(focused)}"]`)?.focus();
    }
  } catch { /* the stream says when we are back */ }
  refreshing = false;
  if (again) { again = false; refreshLists(); }
}

let asked = 0;
async function show(id, { push = true } = {}) {
  const mine = ++asked;
  const text = await fetched(`/approvals/${encodeURIComponent(id)}/card`).catch(() => null);
  if (text === null || mine !== asked) return;
  place.innerHTML = text;
  localTimes(place);
  tick();
  for (const row of lists.querySelectorAll("[data-ticket]")) {
    if (row.dataset.ticket === id) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
  }
  if (push && location.pathname !== `/approvals/${id}`) history.pushState(null, "", `/approvals/${id}`);
}

// A card that somebody is writing on is not taken away; it says what happened instead.
async function changed(id) {
  const shown = card();
  if (!shown) { if (rows()[0] && matchMedia("(min-width: 761px)").matches) await show(rows()[0].dataset.ticket, { push: false }); return; }
  if (id !== null && shown.dataset.card !== id) return;
  const text = shown.querySelector("[data-rationale]")?.value;
  if (deciding) return;
  await show(shown.dataset.card, { push: false });
  const field = place.querySelector("[data-rationale]");
  if (field && text) field.value = text;
  else if (text && card().dataset.state !== "pending") toast("Somebody else was faster: this call is decided.");
}

function connect() {
  const state = page.querySelector("[data-live]");
  const say = (kind, text) => { state.className = `live-state faint ${kind}`; state.querySelector("span").textContent = text; };
  const stream = new EventSource("/v1/approvals/events");
  let before = false;
  const heard = (event) => {
    const said = JSON.parse(event.data);
    pending(said.pending);
    // The first one after the page was drawn tells nothing new.
    if (event.type === "all" && !before) { before = true; say("on", "Live"); return; }
    say("on", "Live");
    refreshLists().then(() => changed(said.id ?? null));
  };
  stream.addEventListener("ticket", heard);
  stream.addEventListener("all", heard);
  stream.onerror = () => {
    say("off", "Reconnecting");
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  };
}

function choose(answer) {
  const form = card()?.querySelector("[data-form]");
  if (!form) return;
  form.dataset.chosen = answer;
  for (const button of form.querySelectorAll("[data-answer]")) button.setAttribute("aria-pressed", String(button.dataset.answer === answer));
  const hint = form.querySelector("[data-hint]");
  hint.textContent = answer === "yes" ? "Enter approves, Esc leaves it" : "Enter denies, Esc leaves it";
  form.querySelector("[data-rationale]").focus();
}

function leave() {
  const form = card()?.querySelector("[data-form]");
  if (!form) return;
  delete form.dataset.chosen;
  for (const button of form.querySelectorAll("[data-answer]")) button.removeAttribute("aria-pressed");
  form.querySelector("[data-hint]").textContent = "";
  document.activeElement?.blur();
}

const SAID = { pending: "Your yes counts; another person is needed.", approved: "Approved.", used: "Approved.", denied: "Denied.", expired: "Too late: it has expired." };

async function decide(form, answer) {
  const rationale = form.querySelector("[data-rationale]");
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  if (rationale.required && !rationale.value.trim()) {
    rationale.setAttribute("aria-invalid", "true");
    failed.textContent = "This rule wants a rationale: say why in a few words.";
    failed.hidden = false;
    rationale.focus();
    return;
  }
  const id = form.dataset.ticket;
  const label = form.querySelector(`[data-answer="${answer}"] [data-label]`);
  const was = label.textContent;
  const row = lists.querySelector(`[data-queue] [data-ticket="${CSS.escape(id)}"]`);
  // Shown as on its way, never as done before the server said so.
  deciding = true;
  label.textContent = answer === "yes" ? "Approving" : "Denying";
  row?.classList.add("going");
  for (const field of form.elements) field.disabled = true;
  const restore = (text) => {
    for (const field of form.elements) field.disabled = false;
    label.textContent = was;
    row?.classList.remove("going");
    failed.textContent = text;
    failed.hidden = false;
  };
  try {
    const body = { yes: answer === "yes", rationale: rationale.value.trim() || null, for_session: form.querySelector("[data-for-session]")?.checked ?? false };
    const reply = await fetch(`/v1/approvals/${encodeURIComponent(id)}/decisions`, { method: "POST", headers: { "content-type": "application/json", accept: "application/json" }, body: JSON.stringify(body) });
    const said = await reply.json();
    if (reply.ok) {
      toast(SAID[said.state] ?? "Done.");
      await next(id, said.state);
    } else if (said.error.code === "sign_in_again" || said.error.code === "sign_in") {
      location.href = `/sign-in/begin?next=${encodeURIComponent(`/approvals/${id}`)}`;
    } else {
      restore(said.error.message);
    }
  } catch {
    restore("The control plane did not answer, so nobody knows yet. Look again before you decide anew.");
  }
  deciding = false;
}

// After a decision: the next one that waits; on a phone, or at the end, the card itself with what came of it.
async function next(id, state) {
  const waiting = rows().filter((row) => row.dataset.ticket !== id);
  const at = rows().findIndex((row) => row.dataset.ticket === id);
  const following = state !== "pending" && matchMedia("(min-width: 761px)").matches ? waiting[Math.min(Math.max(at, 0), waiting.length - 1)] : undefined;
  await show(following ? following.dataset.ticket : id);
  await refreshLists();
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.dataset.ticket === card()?.dataset.card);
  const to = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  to.scrollIntoView({ block: "nearest" });
  show(to.dataset.ticket);
}

const KEYS = { j: () => move(1), k: () => move(-1), a: () => choose("yes"), d: () => choose("no") };
let chord = 0;
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-form]");
  if (event.key === "Escape") { leave(); return; }
  if (event.key === "Enter" && form?.dataset.chosen && event.target.matches("[data-rationale]") && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    decide(form, form.dataset.chosen);
    return;
  }
  // `g a` and its like belong to the frame.
  if (event.key === "g") chord = Date.now();
  if (typing(event) || document.querySelector("dialog[open]") || (event.key !== "g" && Date.now() - chord < 1200)) return;
  if (KEYS[event.key]) { event.preventDefault(); KEYS[event.key](); }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-form]")) return;
  event.preventDefault();
  decide(event.target, event.submitter?.dataset.answer ?? event.target.dataset.chosen);
});

document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-lists] a[data-ticket]");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey || !matchMedia("(min-width: 761px)").matches) return;
  event.preventDefault();
  show(row.dataset.ticket);
});

addEventListener("popstate", () => {
  const id = location.pathname.split("/")[2];
  if (id) show(id, { push: false }); else location.reload();
});

localTimes(page);
tick();
connect();
