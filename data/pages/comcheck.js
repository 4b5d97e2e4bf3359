// "#<round>.<nonce>" fills the form; the answer is sent when the button is pressed, not before.
"use strict";
const form = document.getElementById("comcheck"), status = document.getElementById("status");
const field = (name) => document.getElementById(name);
const dot = location.hash.indexOf(".");
if (dot > 1) {
  field("round").value = location.hash.slice(1, dot);
  field("nonce").value = location.hash.slice(dot + 1);
  history.replaceState(null, "", location.pathname + location.search);
}
// In the page's language: the API speaks English, pages in other languages bring a sentence for each code.
function refusal(json) {
  if (document.documentElement.lang === "en") return json.detail + (json.hint ? ` (${json.hint})` : "");
  return JSON.parse(form.dataset.problems)[json.code] || `${form.dataset.refused} (${json.code})`;
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  let good = false, text = form.dataset.failed;
  try {
    const answer = await fetch(`/api/v1/comcheck/${encodeURIComponent(field("round").value)}/answers`, {
      method: "POST", headers: {"Content-Type": "application/json"},
      body: JSON.stringify({nonce: field("nonce").value.trim(), answer: field("answer").value}),
    });
    good = answer.ok;
    text = good ? form.dataset.taken : refusal(await answer.json());
  } catch { /* the text says so */ }
  status.textContent = text;
  status.className = "message " + (good ? "good" : "bad");
  status.hidden = false;
});
