/** Pictures of items: loaded, missing, and such as cannot be loaded. */
import { enter, shot } from "./browser.mjs";

const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

/** The catalogue and an item's page; pictures of `host` are served here, others do not answer. */
export async function pictures(browser, url, folder, key, host, filter, itemId, visitorId, width) {
  const page = await enter(browser, url, key);
  await page.setViewportSize({ width: Number(width), height: 900 });
  const [referrers, asked] = [[], []];
  page.on("request", (request) => { if (request.url().startsWith("http://plain.example")) asked.push(request.url()); });
  await page.route(/^https:\/\//, (route) => {
    referrers.push(route.request().headers().referer ?? "");
    const found = route.request().url().startsWith(`https://${host}/`);
    return found ? route.fulfill({ contentType: "image/png", body: PIXEL }) : route.abort();
  });
  page.complaints = page.complaints.filter((one) => !one.includes("ERR_FAILED"));
  await page.goto(`${url}/console/#/catalogue?filter=${encodeURIComponent(filter)}`);
  await page.waitForFunction(() => document.querySelector("tbody img.picture")?.naturalWidth > 0);
  const rows = await page.locator("tbody tr").count();
  await page.waitForFunction(() => document.querySelectorAll("tbody span.picture").length === 3);
  const alts = await page.locator("tbody img.picture").evaluateAll((all) => all.map((one) => one.alt));
  const reasons = await page.locator("tbody span.picture").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  const sizes = await page.locator("tbody .picture").evaluateAll((all) => all.map((one) => [one.offsetWidth, one.offsetHeight]));
  await shot(page, folder, `pictures-${width}`, false);
  await page.goto(`${url}/console/#/catalogue/${itemId}`);
  await page.waitForFunction(() => document.querySelector("header img.picture")?.naturalWidth > 0);
  const facts = await page.locator("section[aria-label='Catalogue data']").innerText();
  const link = await page.locator("section[aria-label='Catalogue data'] a[href^='https:']").first().evaluate((one) => [one.href, one.rel]);
  await page.locator("section[aria-label='Catalogue data'] a[href*='group_id']").click();
  await page.waitForSelector("section[aria-label='2 items']");
  await page.goto(`${url}/console/#/visitor/${visitorId}`);
  await page.waitForFunction(() => [...document.querySelectorAll("td img.picture, .slot img.picture")].some((one) => one.naturalWidth > 0));
  const complaints = page.complaints.filter((one) => !one.includes("ERR_FAILED"));
  return { rows, alts, reasons, asked, sizes, facts, link, referrers, complaints };
}
