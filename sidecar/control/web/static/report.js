// The page comes at once; what the database answers is put in place when it has answered.

const place = document.querySelector("[data-rows]");

async function fill() {
  const answer = await fetch(place.dataset.rows, { headers: { accept: "text/html" }, redirect: "manual" });
  // Whatever is the matter, a page of its own says it.
  if (!answer.ok) { location.replace(place.dataset.whole); return; }
  place.innerHTML = await answer.text();
  place.removeAttribute("data-rows");
}
fill().catch(() => location.replace(place.dataset.whole));
