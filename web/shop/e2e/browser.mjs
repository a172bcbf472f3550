/** A real Chromium, and the steps that all scenarios share. */
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

const PATIENCE_MS = 60_000;

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: FLAGS });

/** Open the shop in a context of its own; the page's errors are kept in `page.complaints`. */
export async function enter(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (message) => isError(message) && page.complaints.push(message.text()));
  await page.goto(url);
  await page.waitForSelector("[data-placement=home] .tile");
  return page;
}

/** Errors of the page itself. A failed request is none: the page tries again. */
const isError = (message) => message.type() === "error" && !message.text().startsWith("Failed to load resource");

/** The ids of a placement's list, in order. */
export const idsOf = (page, placement) =>
  page.locator(`[data-placement=${placement}] .tile`).evaluateAll((tiles) => tiles.map((tile) => tile.dataset.id));

export const categoriesOf = (page, placement) =>
  page.locator(`[data-placement=${placement}] .tile`).evaluateAll((tiles) => tiles.map((tile) => tile.dataset.category));

/** Wait until a placement shows another list than before. */
export async function anotherList(page, placement, before) {
  await page.waitForFunction(
    ([place, recommendation]) => {
      const list = document.querySelector(`[data-placement=${place}] .tiles`);
      return list?.dataset.recommendation && list.dataset.recommendation !== recommendation;
    },
    [placement, before],
  );
}

export const recommendation = (page, placement) => page.locator(`[data-placement=${placement}] .tiles`).getAttribute("data-recommendation");

/** Do something, and wait until the recommender has learned the event of that type. */
export async function learned(page, eventType, act) {
  const sent = page.waitForResponse((answer) => isEvent(answer.request(), eventType));
  await act();
  return (await sent).ok();
}

const isEvent = (request, eventType) =>
  request.method() === "POST" && /feedback/i.test(request.url()) && (request.postData() ?? "").includes(eventType);
