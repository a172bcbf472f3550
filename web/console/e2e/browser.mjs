/** A real Chromium with a page of the console that records its errors. */
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const PATIENCE_MS = 60_000;

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM, headless: true, args: FLAGS });

/** Opens the console without a key; unexpected errors are kept in `page.complaints`. */
export async function open(browser, url, colorScheme = "light") {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme });
  page.setDefaultTimeout(PATIENCE_MS);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (message) => {
    const expected = /status of (400|401|403|404)/.test(message.text());
    if (message.type() === "error" && !expected) page.complaints.push(message.text());
  });
  await page.goto(`${url}/console/`);
  await page.waitForSelector(".sign-in");
  return page;
}

export async function signIn(page, key) {
  await page.fill("input[name=key]", key);
  await page.keyboard.press("Enter");
}

export async function enter(browser, url, key, colorScheme) {
  const page = await open(browser, url, colorScheme);
  await signIn(page, key);
  await page.waitForSelector(".frame");
  return page;
}

/** Opens a view by its link, as an operator does. */
export async function openView(page, name) {
  await page.locator(".views a", { hasText: name }).click();
  await page.waitForSelector(`h1:text-is("${name}")`);
}

export const shot = (page, folder, name, fullPage = true) =>
  page.screenshot({ path: `${folder}/console-${name}.png`, fullPage });

export const texts = (page, selector) => page.locator(selector).allInnerTexts();
