/** Shoppers' visits, one function each; what the page shows is returned as JSON. */
import { createRequire } from "node:module";
import { anotherList, categoriesOf, enter, idsOf, learned, recommendation } from "./browser.mjs";

const home = (page) => page.locator(".brand").click();
const shot = (page, folder, name, fullPage = false) => page.screenshot({ path: `${folder}/shop-${name}.png`, fullPage });

/** Three clicks on products of one category; the list at home before and after. */
export async function moves(browser, url, folder, category) {
  const page = await enter(browser, `${url}?visitor=new`);
  const before = await categoriesOf(page, "home");
  const shown = await recommendation(page, "home");
  await shot(page, folder, "home");
  const chosen = []; // the list changes after each click, and may have one of them again
  while (chosen.length < 3) {
    await page.locator(".categories a", { hasText: category }).click();
    await page.waitForSelector("[data-placement=category] .tiles[data-recommendation]");
    const id = (await idsOf(page, "category")).find((one) => !chosen.includes(one));
    await learned(page, "click", () => page.locator(`[data-placement=category] .tile[data-id="${id}"] .tile-link`).click());
    chosen.push(id);
    await page.waitForSelector(".product");
  }
  await shot(page, folder, "product", true);
  await home(page); // it shows the old list until the new one arrives
  await anotherList(page, "home", shown);
  await page.waitForFunction((ids) => document.querySelectorAll("[data-placement=recent] .tile").length === ids, 3);
  const after = await categoriesOf(page, "home");
  await shot(page, folder, "home-after-three-clicks");
  const why = await askWhy(page, folder);
  return { before, after, why, complaints: page.complaints };
}

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Products with pictures of their own: every second one does not answer, and stays drawn. */
export async function pictured(browser, url, folder) {
  const page = await enter(browser, `${url}?visitor=new`);
  await page.route(/^https:/, (route) => {
    if (!route.request().url().includes("//cdn.")) return route.abort();
    return route.fulfill({ contentType: "image/png", body: Buffer.from(PIXEL, "base64") });
  });
  await page.route("**/catalogue.json", async (route) => {
    const { products } = await (await route.fetch()).json();
    const image = (id, n) => `https://${n % 2 ? "cdn" : "gone"}.shop.example/${id}.png`;
    await route.fulfill({ json: { products: products.map((one, n) => ({ ...one, image: image(one.id, n) })) } });
  });
  await page.reload();
  await page.waitForSelector("[data-placement=home] .tiles[data-recommendation]");
  await page.waitForFunction(() => {
    const tiles = [...document.querySelectorAll("[data-placement=home] .tile")]; // those in view are loaded
    const isShown = (tile) => tile.querySelector("img.photo")?.naturalWidth > 0;
    return tiles.some(isShown) && tiles.some((tile) => !tile.querySelector("img.photo"));
  });
  await shot(page, folder, "pictured");
  const drawn = await page.locator("[data-placement=home] .tile svg[viewBox='0 0 240 240']").count();
  const photo = page.locator("[data-placement=home] img.photo").first();
  const [loading, referrer] = await photo.evaluate((one) => [one.loading, one.referrerPolicy]);
  const complaints = page.complaints.filter((one) => !one.includes("ERR_FAILED"));
  return { photos: await page.locator("[data-placement=home] .tile img.photo").count(), drawn, loading, referrer, complaints };
}

async function askWhy(page, folder) {
  await page.locator("[data-placement=home] .tile").first().hover();
  await page.locator("[data-placement=home] .why").first().click();
  const sentence = await page.locator(".why-dialog .sentence").textContent();
  const bars = await page.locator(".why-dialog .bar").count();
  await shot(page, folder, "why-this");
  await page.keyboard.press("Escape");
  await page.waitForSelector(".why-dialog", { state: "detached" });
  return { sentence, bars };
}

/** Two windows are two visitors: the actions of one do not change the other's list. */
export async function two(browser, url, folder) {
  const pages = [await enter(browser, `${url}?visitor=new`), await enter(browser, `${url}?visitor=new`), await enter(browser, url)];
  await learned(pages[0], "favorite", () => heart(pages[0]));
  await pages[0].locator(".foot .quiet").click();
  await pages[0].waitForSelector(".exchanges .sent");
  await shot(pages[0], folder, "behind-the-scenes");
  const visitors = [];
  for (const page of pages) visitors.push(await page.locator(".menu strong").textContent());
  return { visitors, hearts: await hearts(pages) };
}

const heart = async (page) => {
  await page.locator("[data-placement=home] .tile").first().hover();
  await page.locator("[data-placement=home] .heart").first().click();
};
const hearts = (pages) => Promise.all(pages.map((page) => page.evaluate(() => Object.entries(localStorage).filter(([key]) => key.startsWith("shop.memory")).length)));

/** Search, add two products, take one out again, check out. */
export async function buys(browser, url, folder, visitor) {
  const page = await enter(browser, `${url}?visitor=${visitor}`);
  await page.locator("input[type=search]").fill("tent");
  await page.waitForSelector("[data-placement=search] .tile");
  await shot(page, folder, "search");
  await learned(page, "detail-page-view", () => page.locator("[data-placement=search] .tile-link").first().click());
  await page.waitForSelector(".product");
  const bought = decodeURIComponent(new URL(page.url()).hash.split("/").pop());
  await learned(page, "add-to-cart", () => page.locator(".buy .primary").click());
  await page.waitForSelector("[data-placement=product] .tile");
  let returned; // read together with the click: the list may be moving
  await learned(page, "add-to-cart", async () => {
    const first = page.locator("[data-placement=product] .tile").first();
    returned = await first.evaluate((tile) => (tile.querySelector(".add").click(), tile.dataset.id));
  });
  await page.locator(".basket-link").click();
  await page.waitForSelector("[data-placement=basket] .tile");
  await learned(page, "remove-from-cart", () => page.locator(".lines .round").last().click());
  await page.waitForSelector("[data-placement=basket] .tile");
  await shot(page, folder, "basket");
  await learned(page, "purchase-complete", () => page.locator(".basket .primary").click());
  await page.waitForSelector(".thanks");
  await shot(page, folder, "thanks");
  return { bought, returned, complaints: page.complaints };
}

/** Close the tab at the moment of a click. */
export async function leaves(browser, url, folder, visitor) {
  const page = await enter(browser, `${url}?visitor=${visitor}`);
  const [clicked] = await idsOf(page, "home");
  await page.locator("[data-placement=home] .tile-link").first().evaluate((link) => { link.click(); window.close(); });
  await page.close({ runBeforeUnload: false });
  await new Promise((later) => setTimeout(later, 300)); // a real browser also runs on for a moment
  return { clicked };
}

/** Screenshots of a narrow and of a dark screen. */
export async function looks(browser, url, folder) {
  const narrow = await enter(browser, url, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await shot(narrow, folder, "mobile");
  const dark = await enter(browser, url, { colorScheme: "dark" });
  await shot(dark, folder, "dark");
  const wide = await narrow.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return { overflows: wide, complaints: [...narrow.complaints, ...dark.complaints] };
}

/** Attacks with the page's key: a forged token, another visitor's token, an item that is not in the slate. */
export async function forges(browser, url) {
  const page = await enter(browser, `${url}?visitor=mallory`);
  await page.waitForLoadState("networkidle");
  return page.evaluate(async () => {
    const { pageKey } = await (await fetch("config.json")).json();
    const post = async (path, body) => {
      const headers = { "content-type": "application/json", authorization: `Bearer ${pageKey}` };
      const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
      return { status: answer.status, body: await answer.json() };
    };
    const slate = (await post("/v1/recommend", { visitorId: "mallory", placement: "home", pageSize: 4 })).body;
    const item = { itemId: slate.results[0].itemId };
    const event = (more) => ({ eventId: crypto.randomUUID(), eventType: "click", visitorId: "mallory", items: [item], ...more });
    const token = slate.attributionToken;
    const events = [
      event({ attributionToken: token.slice(0, -6) + (token.endsWith("AAAAAA") ? "BBBBBB" : "AAAAAA") }),
      event({ attributionToken: token, visitorId: "victim" }),
      event({ attributionToken: token, items: [{ itemId: "no-such-item" }] }),
    ];
    return { forged: (await post("/v1/feedback", { events })).body.results, catalogue: (await post("/v1/items", {})).status };
  });
}

const PAGES = {
  light: ["#/", "#/category/Camp", "#/product/tent-maru", "#/basket", "#/search/wool", "#/thanks"],
  dark: ["#/", "#/product/tent-maru", "#/basket"], // only the colours differ
};

/** The accessibility problems that axe finds on each page, in light and dark, wide and on a phone. */
export async function audit(browser, url) {
  const wrong = [];
  for (const [width, [colorScheme, hashes]] of [1400, 390].flatMap((one) => Object.entries(PAGES).map((pages) => [one, pages]))) {
    const page = await enter(browser, `${url}?visitor=axe`, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
    await page.locator("[data-placement=home] .tile").first().hover();
    await page.locator("[data-placement=home] .add").first().click();
    for (const hash of hashes) {
      await page.evaluate((to) => { location.hash = to; }, hash);
      await page.waitForSelector("main h1");
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      wrong.push(...violations.map((one) => `${width} ${colorScheme} ${hash} ${one.id}: ${one.nodes[0].target}`));
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wrong.push(`${hash} is wider than ${width} px`);
    }
  }
  return { wrong };
}
