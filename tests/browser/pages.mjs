// Drives Debian's chromium through the registry's pages as a person would: chromium speaks its DevTools protocol over two pipes, so nothing
// but node and chromium is needed. Arguments: the registry's address, a folder for downloads and pictures, what to do. Prints one JSON object.
import {spawn} from "node:child_process";
import {existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync} from "node:fs";

const [base, folder, task, argument] = process.argv.slice(2);
mkdirSync(folder, {recursive: true});
const browser = spawn("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
  `--user-data-dir=${folder}/profile`, "--remote-debugging-pipe", "about:blank"], {stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"]});
const waiting = new Map(), complaints = [], requests = [];
let last = 0, buffer = "", session;

browser.stdio[4].on("data", (data) => {
  buffer += data;
  for (let end; (end = buffer.indexOf("\0")) >= 0; buffer = buffer.slice(end + 1)) {
    const message = JSON.parse(buffer.slice(0, end));
    if (message.id) waiting.get(message.id)?.(message);
    // What the registry refuses is told on the page; what the policy blocks is a complaint.
    if (message.method === "Log.entryAdded" && message.params.entry.source !== "network") complaints.push(message.params.entry.text);
    if (message.method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(message.params.exceptionDetails));
    if (message.method === "Network.requestWillBeSent") requests.push(message.params.request.method + " " + message.params.request.url);
  }
});
function send(method, params = {}) {
  return new Promise((resolve, reject) => {
    const id = ++last;
    waiting.set(id, (m) => m.error ? reject(new Error(method + ": " + m.error.message)) : resolve(m.result));
    browser.stdio[3].write(JSON.stringify({id, method, params, sessionId: session}) + "\0");
  });
}
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
async function run(expression) {
  const answer = await send("Runtime.evaluate", {expression, awaitPromise: true, returnByValue: true, userGesture: true});
  if (answer.exceptionDetails) throw new Error(expression + ": " + JSON.stringify(answer.exceptionDetails));
  return answer.result.value;
}
async function until(expression) {
  for (let i = 0; i < 300; ++i, await sleep(50)) if (await run(expression).catch(() => false)) return;
  throw new Error(`never true: ${expression}; status: ${await run("document.body.innerText")}`);
}
async function open(path) {
  await send("Page.navigate", {url: "about:blank"});
  await send("Page.navigate", {url: base + path});
  await until(`document.readyState === "complete" && location.href.startsWith(${JSON.stringify(base)})`);
}
const type = (id, text) => run(`document.getElementById(${JSON.stringify(id)}).value = ${JSON.stringify(text)}`);
const press = (id) => run(`document.getElementById(${JSON.stringify(id)}).click()`);
const status = () => run(`document.getElementById("status").textContent`);

async function signUp(fields) {
  await open("/signup?lang=en");
  for (const [id, value] of Object.entries(fields)) await type(id, value);
  await run(`document.querySelector("form").requestSubmit()`);
  await until(`document.getElementById("browser") && !document.getElementById("browser").hidden`);
  await press("make-key");
  await until(`!document.getElementById("send").disabled`);
  await press("send");
  await until(`/ledger, as entry/.test(document.getElementById("status").textContent) || document.getElementById("status").className.includes("bad")`);
}

const tasks = {
  // A pledge with a domain: what is to be published.
  async domain(fields) {
    await signUp(fields);
    await until(`!document.getElementById("domain-step").hidden`);
    const out = {sent: await status(), name: await run(`document.getElementById("record-name").textContent`),
      value: await run(`document.getElementById("record-value").textContent`)};
    // Whoever reads this file publishes it, and then lets us go on.
    writeFileSync(`${folder}/value.part`, out.value);
    renameSync(`${folder}/value.part`, `${folder}/value`);
    for (let i = 0; i < 600 && !existsSync(`${folder}/published`); ++i) await sleep(50);
    await press("look");
    await until(`/proven until/.test(document.getElementById("status").textContent) || document.getElementById("status").className.includes("bad")`);
    return {...out, looked: await status(), name_shown: await run(`document.getElementById("name").value`),
      bold: await run(`document.querySelectorAll("main b").length`)};
  },
  // A pledge without one: has the mail sent.
  async mail({address, ...fields}) {
    await signUp(fields);
    await until(`!document.getElementById("mail-step").hidden`);
    await type("address", address);
    await press("mail");
    await until(`/on its way/.test(document.getElementById("status").textContent) || document.getElementById("status").className.includes("bad")`);
    return {status: await status()};
  },
  // The link of a mail: first only opened, then the button.
  async confirm({link, press: pressed}) {
    await open(link);
    const out = {token: await run(`document.getElementById("token").value`), address: await run("location.href")};
    if (pressed) {
      await run(`document.querySelector("form").requestSubmit()`);
      await until(`document.querySelector(".message")`);
      out.text = await run(`document.querySelector("main").innerText`);
    }
    return out;
  },
  // The link of a communication check: opened, and, where there is an answer, answered.
  async answer({link, answer}) {
    await open(link);
    const out = {round: await run(`document.getElementById("round").value`), nonce: await run(`document.getElementById("nonce").value`),
      address: await run("location.href"), lang: await run("document.documentElement.lang")};
    if (answer !== undefined) {
      await type("answer", answer);
      await run(`document.getElementById("comcheck").requestSubmit()`);
      await until(`!document.getElementById("status").hidden`);
      Object.assign(out, {status: await status(), kind: await run(`document.getElementById("status").className`)});
    }
    return out;
  },
  // Pictures of the pages, and what a careful reader of the DOM finds missing.
  async look(pages) {
    const out = {};
    for (const path of pages) {
      for (const [look, scheme, width] of [["light", "light", 1000], ["dark", "dark", 1000], ["phone", "light", 360]]) {
        await send("Emulation.setEmulatedMedia", {features: [{name: "prefers-color-scheme", value: scheme}]});
        await send("Emulation.setDeviceMetricsOverride", {width, height: 800, deviceScaleFactor: 1, mobile: width < 500});
        await open(path);
        const size = await run("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]");
        const {data} = await send("Page.captureScreenshot", {clip: {x: 0, y: 0, width, height: Math.min(size[1], 4000), scale: 1}, captureBeyondViewport: true});
        writeFileSync(`${folder}/${path.replace(/[^a-z]+/g, "-").slice(0, 40)}.${look}.png`, Buffer.from(data, "base64"));
        out[`${path} ${look}`] = {overflow: size[0] > width, lang: await run("document.documentElement.lang"),
          h1: await run(`document.querySelectorAll("h1").length`),
          unlabelled: await run(`[...document.querySelectorAll("input:not([type=hidden]),select")].filter((e) => !e.labels.length).length`),
          inline: await run(`document.querySelectorAll("script:not([src]),style,[style],[onclick]").length`)};
      }
    }
    return out;
  },
};

let code = 0;
try {
  const {targetInfos} = await send("Target.getTargets");
  const page = targetInfos.find((t) => t.type === "page");
  session = (await send("Target.attachToTarget", {targetId: page.targetId, flatten: true})).sessionId;
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(domain + ".enable");
  await send("Page.setDownloadBehavior", {behavior: "allow", downloadPath: folder});
  const result = await tasks[task](JSON.parse(argument));
  const keys = readdirSync(folder).filter((f) => f.endsWith(".key")).map((f) => readFileSync(`${folder}/${f}`, "utf8"));
  const foreign = requests.map((r) => r.split(" ")[1]).filter((u) => !u.startsWith(base) && !/^(about|blob|data):/.test(u));
  console.log(JSON.stringify({result, keys, complaints, foreign, posts: requests.filter((r) => r.startsWith("POST"))}));
} catch (error) {
  console.log(JSON.stringify({error: error.message, complaints}));
  code = 1;
}
browser.kill("SIGKILL");
process.exit(code);
