// Signing in the browser, where it knows Ed25519: makes a key, gives it to be kept, signs the pledge as the server wrote it, sends it, and
// goes on with the domain or the mailbox. The key stays in this page: nothing is stored, and nothing but signatures is sent.
"use strict";
const $ = (id) => document.getElementById(id);
const words = $("browser") ? $("browser").dataset : {};
const problems = JSON.parse(words.problems || "{}");
const bytes = (text) => new TextEncoder().encode(text);
const base64 = (data) => btoa(String.fromCharCode(...new Uint8Array(data)));
const hex = (data) => [...new Uint8Array(data)].map((b) => b.toString(16).padStart(2, "0")).join("");
const joined = (...parts) => new Uint8Array(parts.flatMap((p) => [...new Uint8Array(p)]));
const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
const now = () => new Date().toISOString().slice(0, 19) + "Z";
const pledge = $("pledge") ? JSON.parse($("pledge").textContent) : null;
let key = null, pledged = "";

function say(text, kind) {
  $("status").textContent = text;
  $("status").className = "message " + kind;
  $("status").hidden = false;
}

// C2SP: key id = SHA-256(name ‖ 0A ‖ 01 ‖ public key), its first four bytes.
async function makeKey(name) {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const open = await crypto.subtle.exportKey("raw", pair.publicKey);
  const seed = (await crypto.subtle.exportKey("pkcs8", pair.privateKey)).slice(-32);
  const id = hex((await sha256(joined(bytes(name), [10, 1], open))).slice(0, 4));
  return {
    keyid: `${name}+${id}`, pair,
    vkey: `${name}+${id}+${base64(joined([1], open))}`,
    file: `PRIVATE+KEY+${name}+${id}+${base64(joined([1], seed))}\n`,
  };
}

// in-toto statement in a DSSE envelope, as docs/statements.md has it.
async function signed(kind, subject, predicate) {
  const type = "application/vnd.in-toto+json";
  const payload = bytes(JSON.stringify({
    _type: "https://in-toto.io/Statement/v1", subject: [{digest: {sha256: subject}}],
    predicateType: `https://entente.example/predicate/${kind}/v1`, predicate,
  }));
  const sig = await crypto.subtle.sign("Ed25519", key.pair.privateKey, joined(bytes(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload));
  return `{"payload":"${base64(payload)}","payloadType":"${type}","signatures":[{"keyid":${JSON.stringify(key.keyid)},"sig":"${base64(sig)}"}]}`;
}

// In the page's language: the API speaks English, pages in other languages bring a sentence for each code.
function refusal(json) {
  if (document.documentElement.lang !== "en") return problems[json.code] || `${words.refused} (${json.code})`;
  return json.detail + (json.hint ? ` (${json.hint})` : "");
}

async function post(resource, body) {
  const answer = await fetch("/api/v1" + resource, {method: "POST", headers: {"Content-Type": "application/json"}, body});
  const json = await answer.json();
  if (!answer.ok) throw new Refused(refusal(json));
  return json;
}

class Refused extends Error {}

// Runs what a button does. What the registry refuses is shown in its words; what the browser says of a failed connection is not.
function onPress(id, run) {
  $(id).addEventListener("click", async () => {
    $(id).disabled = true;
    try {
      await run();
    } catch (error) {
      say(error instanceof Refused ? error.message : words.failed, "bad");
    }
    if (id !== "make-key" && !(id === "send" && pledged)) $(id).disabled = false;
  });
}

async function nextStep() {
  const own = `/supporters/${pledge.organisation.id}`;
  if (!pledge.domains) {
    $("mail-step").hidden = false;
    return;
  }
  const given = await post(own + "/challenges", JSON.stringify({domain: pledge.domains[0]}));
  $("record-name").textContent = given["dns-txt"].name;
  $("record-value").textContent = given["dns-txt"].value;
  $("domain-step").hidden = false;
}

function wire() {
  onPress("make-key", async () => {
    key = await makeKey(pledge.organisation.id);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([key.file], {type: "text/plain"}));
    link.download = `${pledge.organisation.id}.key`;
    link.click();
    $("send").disabled = false;
    say(words.kept, "good");
  });
  onPress("send", async () => {
    const envelope = await signed("pledge", pledge.text.sha256, {...pledge, key: key.vkey, at: now()});
    const taken = await post("/statements", envelope);
    pledged = hex(await sha256(bytes(envelope)));
    say(`${words.sent} ${taken.leaf}`, "good");
    await nextStep();
  });
  onPress("look", async () => {
    say(words.looking, "good");
    const proven = await post(`/supporters/${pledge.organisation.id}/proofs`, JSON.stringify({domain: pledge.domains[0], method: "dns-txt"}));
    say(`${words.proven} ${proven.until}`, "good");
  });
  onPress("mail", async () => {
    const nonce = base64(crypto.getRandomValues(new Uint8Array(16)));
    const request = {pledge: {sha256: pledged}, organisation: {id: pledge.organisation.id}, stage: "apply", address: $("address").value.trim(),
      language: document.documentElement.lang, nonce, at: now()};
    await post(`/supporters/${pledge.organisation.id}/confirmations`, await signed("confirmation-request", pledged, request));
    say(words.mailed, "good");
  });
  for (const part of ["name", "value"])
    onPress("copy-" + part, async () => {
      await navigator.clipboard.writeText($("record-" + part).textContent);
      say(words.copied, "good");
    });
  $("browser").hidden = false;
}

// Shown only where the browser can: an old one leaves the page with its commands.
if (pledge && window.crypto && crypto.subtle) crypto.subtle.generateKey("Ed25519", false, ["sign"]).then(wire, () => {});
