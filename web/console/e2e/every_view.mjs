/** Every view at two widths and in both themes: what axe finds, and whether the page is wider than the screen. */
import { axe } from "./audit.mjs";
import { launch, open, PATIENCE_MS, shot, signIn } from "./browser.mjs";

const WIDTHS = { wide: { width: 1400, height: 900 }, phone: { width: 390, height: 844 } };

/** The views of the navigation, and pages that are opened from them. */
export async function everyView(browser, url, folder, key, width, theme, ...parts) {
  return visited(browser, url, folder, key, width, theme, (links) => [...links, ...parts]);
}

export async function someViews(browser, url, folder, key, width, theme, ...hashes) {
  return visited(browser, url, folder, key, width, theme, () => hashes);
}

async function visited(browser, url, folder, key, width, theme, chosen) {
  const context = await browser.newContext({ viewport: WIDTHS[width], colorScheme: theme });
  const page = await open(context, url, theme);
  const wrong = [];
  await audit(page, "sign-in", wrong);
  await signIn(page, key);
  await page.waitForSelector(".frame");
  const links = await page.locator(".views a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  for (const hash of chosen(links)) {
    await page.evaluate((to) => { location.hash = to; }, hash);
    await page.waitForFunction((to) => location.hash === to, hash);
    await settled(page);
    await audit(page, hash, wrong);
    await shot(page, folder, `every-${theme}-${width}-${hash.replace(/[^a-z]+/gi, "-").replace(/^-|-$/g, "")}`);
  }
  return { wrong, views: links, complaints: page.complaints };
}

/** Waits until nothing of the view is being loaded. */
async function settled(page) {
  await page.waitForSelector("main h1");
  await page.waitForFunction(() => !document.querySelector("main .skeleton") && !/loading…/.test(document.querySelector("main").innerText), undefined, { timeout: PATIENCE_MS });
}

async function audit(page, name, wrong) {
  wrong.push(...(await axe(page)).map((one) => `${name} ${one}`));
  const widest = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (widest > 0) wrong.push(`${name} is ${widest} px wider than the screen`);
}

/** Milliseconds to the first paint of a page that was never opened before, by the browser's own timing: the best of some. */
export async function firstPaint(_browser, url, _folder, path, tries) {
  const found = [];
  for (let number = 0; number < Number(tries); number += 1) {
    const fresh = await launch();
    try {
      const page = await fresh.newPage();
      await page.goto(`${url}${path}`);
      await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
      found.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime));
    } finally {
      await fresh.close();
    }
  }
  return { ms: Math.min(...found), all: found };
}
