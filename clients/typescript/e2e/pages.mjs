// A shop's page in a real Chromium, and a backend's client that reads what the server has learned.

import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "headwater/node";
import { chromium } from "playwright-core";

const { GATEWAY, TARGET, ORIGIN, FOREIGN_ORIGIN, BACKEND_KEY, CHROMIUM = "/usr/bin/chromium" } = process.env;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const FILES = {
  "/": fileURLToPath(new URL("page.html", import.meta.url)),
  "/example": fileURLToPath(new URL("../examples/web.html", import.meta.url)),
  "/headwater.js": fileURLToPath(new URL("../dist/headwater.js", import.meta.url)),
};
const ITEMS = Array.from({ length: 20 }, (_, n) => `item-${n}`);
const TEST_MS_MAX = 120_000;
/** An answer takes less time than this, also on a busy machine. */
export const PATIENT_MS = 30_000;

export const gateway = GATEWAY;
export const origin = ORIGIN;
export const foreignOrigin = FOREIGN_ORIGIN;
export const keys = {
  page: process.env.PAGE_KEY,
  feedback: process.env.FEEDBACK_KEY,
  slow: process.env.SLOW_KEY,
  wrong: "a-key-that-is-none-of-theirs",
};
export const backend = new Client(TARGET, { key: BACKEND_KEY });

let browser;

/** Open the shop before the tests of a file, and close it after them. */
export function shopOpens() {
  let close;
  before(async () => {
    close = await open();
    await backend.upsertItems(ITEMS.map((itemId) => ({ itemId, title: itemId, categories: ["all"], price: 10 })));
    // the first list compiles the kernels: no page should wait for that
    await backend.recommend("warm", { placement: "home", explain: true, timeoutMs: 60_000 });
    await backend.trending({ timeoutMs: 60_000 });
  });
  after(() => close());
}

/** A test with a browser profile of its own, so with a visitor of its own. */
export function withContext(name, run) {
  test(name, { timeout: TEST_MS_MAX }, async () => {
    const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
    try {
      await run(context);
    } finally {
      await context.close();
    }
  });
}

export const recommend = (page, question = {}) =>
  page.evaluate((asked) => shop.recommend({ placement: "home", pageSize: 6, ...asked }), question);
export const track = (page, type, details) => page.evaluate(([t, d]) => shop.track(t, d), [type, details]);
export const flush = (page) => page.evaluate((timeoutMs) => shop.flush({ timeoutMs }), PATIENT_MS);

/** The error that a call in the page fails with. */
export const failing = (page, call) =>
  page.evaluate(
    `(${call})().then(() => "no error", ({ name, code, field, message }) => ({ name, code, field, message }))`,
  );

/** Start the shop's web servers and the browser; return what ends them. */
async function open() {
  const servers = await Promise.all([ORIGIN, FOREIGN_ORIGIN].map(serve));
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
  return async () => {
    await browser.close();
    for (const server of servers) server.close();
    backend.close();
  };
}

function serve(url) {
  const server = createServer((request, response) => {
    const path = FILES[new URL(request.url, url).pathname];
    if (!path || !existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": path.endsWith(".js") ? "text/javascript" : "text/html" });
    createReadStream(path).pipe(response);
  });
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => server.listen(port, hostname, () => resolve(server)));
}

/** Open the shop's page with a Headwater of its own in it, as `shop`; problems are kept in `problems`. */
export async function visit(context, options = {}, from = ORIGIN) {
  const page = await context.newPage();
  await page.goto(from);
  await begin(page, options);
  return page;
}

/** Make the page's Headwater. */
export async function begin(page, options = {}) {
  await page.waitForFunction(() => "headwater" in window);
  await page.evaluate(
    (given) => {
      window.problems = [];
      const onProblem = ({ kind, detail, event }) => problems.push({ kind, detail, eventId: event.eventId });
      window.shop = new headwater.Headwater({ onProblem, visibleMs: 300, ...given });
    },
    { url: GATEWAY, key: keys.page, timeoutMs: PATIENT_MS, ...options },
  );
}

/** The bodies of the events that a page sends, as they go out. */
export function sentBy(page) {
  const sent = [];
  page.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().includes("/v1/feedback")) return;
    sent.push(...JSON.parse(request.postData() ?? '{"events":[]}').events);
  });
  return sent;
}

/** Poll until `look` gives something true, and return that. */
export async function eventually(look, what) {
  const endsMs = Date.now() + PATIENT_MS;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > endsMs) throw new Error(`it did not happen in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** A visitor's items with the number of interactions; empty for an unknown visitor. */
export async function interactionsOf(visitorId) {
  const { history } = await backend.getUser({ visitorId }, { timeoutMs: PATIENT_MS }).catch((error) => {
    if (error.name !== "NotFoundError") throw error;
    return { history: [] };
  });
  return Object.fromEntries(history.map(({ itemId, touches }) => [itemId, touches]));
}

/** Kill the gateway; the server starts another. */
export async function killGateway() {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  process.kill(Number(pids.find(isGateway)), "SIGKILL");
}

function isGateway(pid) {
  try {
    const parent = /^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))[1];
    return parent === process.env.SERVER_PID && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("hot-restart");
  } catch {
    return false; // the process has ended meanwhile
  }
}
