// What every page has: light or dark, shortcuts, the count of what waits for people, passing messages.

const root = document.documentElement;
const CHORDS = { o: "/", a: "/approvals", l: "/live", s: "/sessions", p: "/policies", e: "/evidence" };

export function toast(text, bad = false) {
  document.querySelector(".toast")?.remove();
  const said = document.createElement("div");
  said.className = bad ? "toast bad" : "toast";
  said.setAttribute("role", bad ? "alert" : "status");
  said.textContent = text;
  document.body.append(said);
  setTimeout(() => said.remove(), bad ? 9000 : 4000);
}

export function typing(event) {
  return event.target.closest?.("input, textarea, select, [contenteditable]") !== null || event.ctrlKey || event.metaKey || event.altKey;
}

export function pending(count) {
  for (const badge of document.querySelectorAll("[data-pending]")) {
    badge.textContent = count;
    badge.dataset.count = count;
  }
}

// The server writes the choice into the next page, so that no page flashes in the other one.
function switchTheme() {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
}

const keys = document.querySelector("dialog[data-keys]");
for (const button of document.querySelectorAll("[data-theme-toggle]")) button.addEventListener("click", switchTheme);
for (const button of document.querySelectorAll("[data-show-keys]")) button.addEventListener("click", () => keys.showModal());

let chord = 0;
document.addEventListener("keydown", (event) => {
  if (typing(event) || document.querySelector("dialog[open]")) return;
  if (chord && Date.now() - chord < 1200 && CHORDS[event.key]) {
    location.href = CHORDS[event.key];
  } else if (event.key === "?") {
    keys.showModal();
  } else if (event.key === "/") {
    const search = document.querySelector("[data-search], input[type=search]");
    if (search) { search.focus(); event.preventDefault(); }
  }
  chord = event.key === "g" ? Date.now() : 0;
});

// A page that is looked at again asks how many wait; the approvals page is told by its own stream.
async function count() {
  try {
    const answer = await fetch("/v1/approvals?state=pending&limit=1", { headers: { accept: "application/json" } });
    if (answer.ok) pending((await answer.json()).pending);
  } catch { /* away for a moment: the next time says it */ }
}
if (document.querySelector("[data-pending]") && document.body.dataset.page !== "approvals") {
  setInterval(() => document.visibilityState === "visible" && count(), 10000);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && count());
}
