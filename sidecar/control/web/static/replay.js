// Plays a session: every frame at its moment. A moment has an address: #t=MILLISECONDS.

import { toast, typing } from "./frame.js";

const player = document.querySelector("[data-player]");
const stage = player.querySelector("[data-stage]");
const scrub = player.querySelector("[data-scrub]");
const clock = player.querySelector("[data-clock]");
const NAMES = { user: "Asked", assistant: "Answered", system: "System" };
const KINDS = { thinking: "thinks", tool_use: "calls a tool", server_tool_use: "calls a tool", mcp_tool_use: "calls a tool", tool_result: "tool result" };

let frames = [], length = 1, now = 0, next = 0, speed = 1, playing = false, last = 0, blocks = new Map();

function piece(one) {
  if (typeof one === "string") return document.createTextNode(one);
  const [text, kind, rule] = one;
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = text;
  if (kind === "masked") { span.title = `Rule ${rule}`; span.tabIndex = 0; span.dataset.rule = rule; }
  return span;
}

function element(tag, name, text) {
  const made = document.createElement(tag);
  made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

function heading(frame) {
  const item = element("li", `stage-turn v-${frame.role}`);
  item.id = `turn-${frame.turn}`;
  const link = element("a", "", `Turn ${frame.turn}`);
  link.href = `#t=${frame.at}`;
  item.append(link, element("span", "faint", ""));
  item.lastChild.append(...frame.pieces.map(piece));
  return item;
}

function note(frame) {
  const tone = { changed: "mask", held: "hold", refused: "deny" }[frame.kind];
  const item = element("li", `stage-note tone-${tone}`);
  item.dataset.note = frame.kind;
  item.append(...frame.pieces.map(piece));
  return item;
}

function bubble(frame) {
  const item = element("li", `bubble ${frame.role} ${frame.kind}`);
  item.append(element("h3", "", `${NAMES[frame.role] ?? frame.role}${KINDS[frame.kind] ? `: ${KINDS[frame.kind]}` : ""}`), element("div", "bubble-text"));
  return item;
}

function show(frame) {
  if (frame.kind === "turn") { stage.append(heading(frame)); return; }
  if (frame.kind in { changed: 1, held: 1, refused: 1 }) { stage.append(note(frame)); return; }
  const key = `${frame.turn}/${frame.role}/${frame.block}/${frame.kind}`;
  let item = frame.role === "assistant" ? blocks.get(key) : undefined;
  if (!item) { item = bubble(frame); stage.append(item); blocks.set(key, item); }
  item.lastChild.append(...frame.pieces.map(piece));
}

function written(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function draw() {
  while (next < frames.length && frames[next].at <= now) show(frames[next++]);
  scrub.value = Math.round((1000 * now) / length);
  scrub.setAttribute("aria-valuetext", written(now));
  clock.textContent = `${written(now)} / ${written(length)}`;
}

function seek(moment) {
  now = Math.max(0, Math.min(length, moment));
  if (next > 0 && frames[next - 1].at > now) { stage.replaceChildren(); blocks = new Map(); next = 0; }
  draw();
}

function follow() { stage.lastElementChild?.scrollIntoView({ block: "nearest" }); }

function address() { history.replaceState(null, "", `#t=${Math.round(now)}`); }

function play(on) {
  playing = on && frames.length > 0;
  if (playing && now >= length) seek(0);
  player.dataset.playing = playing ? "yes" : "no";
  player.querySelector("[data-icon-play]").hidden = playing;
  player.querySelector("[data-icon-pause]").hidden = !playing;
  player.querySelector("[data-play-said]").textContent = playing ? "Pause" : "Play";
  player.querySelector("[data-play]").setAttribute("aria-label", playing ? "Pause" : "Play");
  last = performance.now();
  if (playing) requestAnimationFrame(tick); else address();
}

function tick(at) {
  if (!playing) return;
  const before = next;
  now = speed ? Math.min(length, now + (at - last) * speed) : length;
  last = at;
  draw();
  if (next !== before) follow();
  if (now >= length) play(false); else requestAnimationFrame(tick);
}

function turn(step) {
  const begins = frames.filter((frame) => frame.kind === "turn").map((frame) => frame.at);
  const found = step > 0 ? begins.find((at) => at > now) : begins.filter((at) => at < now - 800).pop();
  seek(found ?? (step > 0 ? length : 0));
  follow();
  address();
}

function faster(button) {
  for (const one of player.querySelectorAll("[data-speed]")) one.setAttribute("aria-pressed", String(one === button));
  speed = Number(button.dataset.speed);
  if (!speed) { seek(length); play(false); }
}

function asked() { return Number(/^#t=(\d+)$/.exec(location.hash)?.[1] ?? NaN); }

player.querySelector("[data-play]").addEventListener("click", () => play(!playing));
for (const button of player.querySelectorAll("[data-step]")) button.addEventListener("click", () => turn(Number(button.dataset.step)));
for (const button of player.querySelectorAll("[data-speed]")) button.addEventListener("click", () => faster(button));
scrub.addEventListener("input", () => { seek((length * scrub.value) / 1000); follow(); });
scrub.addEventListener("change", address);
addEventListener("hashchange", () => { if (!Number.isNaN(asked())) { play(false); seek(asked()); } });
player.querySelector("[data-link]").addEventListener("click", async () => {
  address();
  try { await navigator.clipboard.writeText(location.href); toast("The link to this moment is copied."); } catch { toast(location.href); }
});
document.addEventListener("keydown", (event) => {
  if (typing(event) || event.target.closest("button, a, summary, dialog")) return;
  const speeds = player.querySelectorAll("[data-speed]");
  if (event.key === " ") { event.preventDefault(); play(!playing); }
  else if (event.key === "ArrowRight") turn(1);
  else if (event.key === "ArrowLeft") turn(-1);
  else if (/^[1-5]$/.test(event.key)) faster(speeds[Number(event.key) - 1]);
});

async function load() {
  const said = player.querySelector("[data-loading]");
  try {
    const answer = await fetch(player.dataset.frames, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error();
    ({ frames, length } = await answer.json());
  } catch { said.textContent = "The record cannot be asked right now. Load the page again in a moment."; return; }
  length = Math.max(1, length);
  said.remove();
  player.dataset.ready = "yes";
  // A link to a moment shows that moment; otherwise it begins to play.
  if (Number.isNaN(asked())) play(true); else { seek(asked()); follow(); }
}
load();
