// The browser client's guarantees for lists and impressions, in a real Chromium through a real gateway.

import assert from "node:assert/strict";
import {
  begin,
  eventually,
  flush,
  gateway,
  keys,
  origin,
  PATIENT_MS,
  recommend,
  sentBy,
  shopOpens,
  visit,
  withContext,
} from "./pages.mjs";

const ALL = 'categories: ANY("all")';

shopOpens();

withContext("a page gets a list with explanations", async (context) => {
  const page = await visit(context);
  const slate = await recommend(page, { explain: true });
  assert.equal(slate.itemIds.length, 6);
  assert.ok(slate.attributionToken && slate.offset && slate.recommendationId);
  assert.ok(slate.results[0].explanation && slate.results[0].contributions.length);
  assert.equal((await page.evaluate(() => shop.similar({ itemIds: ["item-1"] }))).itemIds.includes("item-1"), false);
  assert.ok((await page.evaluate(() => shop.trending())).offset);
});

withContext("two requests with the same id get the same list", async (context) => {
  const page = await visit(context);
  const [one, other] = [
    await recommend(page, { recommendationId: "r" }),
    await recommend(page, { recommendationId: "r" }),
  ];
  assert.deepEqual(one.itemIds, other.itemIds);
});

withContext("the next list includes the visitor's last event", async (context) => {
  const page = await visit(context, { settleMs: PATIENT_MS });
  const [first] = (await recommend(page, { filter: ALL })).itemIds;
  const after = await page.evaluate(
    ([itemId, filter]) => {
      shop.track("dismiss", { items: [itemId] });
      return shop.recommend({ placement: "home", pageSize: 20, filter });
    },
    [first, ALL],
  );
  assert.equal(after.itemIds.length, 19);
  assert.ok(!after.itemIds.includes(first));
});

withContext("the first list of the next page includes it too", async (context) => {
  const page = await visit(context);
  const [first] = (await recommend(page, { filter: ALL })).itemIds;
  await page.evaluate((itemId) => void shop.track("dismiss", { items: [itemId] }), first);
  await page.reload();
  await begin(page, { settleMs: PATIENT_MS });
  const after = await recommend(page, { filter: ALL, pageSize: 20 });
  assert.equal(after.itemIds.length, 19);
  assert.ok(!after.itemIds.includes(first));
});

withContext("the visitor keeps its id over a reload, and two profiles are two visitors", async (context) => {
  const page = await visit(context);
  const id = await page.evaluate(() => shop.visitorId);
  await page.reload();
  await begin(page);
  assert.equal(await page.evaluate(() => shop.visitorId), id);
  const other = await context.browser().newContext();
  assert.notEqual(await (await visit(other)).evaluate(() => shop.visitorId), id);
  await other.close();
});

withContext("an item that was half visible for a moment is reported, once for each slate", async (context) => {
  const page = await visit(context, { visibleMs: 1500 });
  const sent = sentBy(page);
  const impressions = () =>
    sent.filter(({ eventType }) => eventType === "impression").map(({ items }) => items.map(({ itemId }) => itemId));
  const slate = await page.evaluate(async () => {
    window.slate = await shop.recommend({ placement: "home", pageSize: 8 });
    window.draw = () => {
      const elements = slate.itemIds.map((id) =>
        Object.assign(document.createElement("div"), { className: "item", textContent: id }),
      );
      list.replaceChildren(...elements);
      shop.watch(slate, elements);
    };
    draw();
    return slate;
  });
  await eventually(() => impressions().length === 1, "the first impression");
  assert.deepEqual(impressions(), [slate.itemIds.slice(0, 2)]); // 250 pixels each, 600 high: of the third 40 %

  await page.evaluate(async () => {
    scrollTo(0, 1500); // the last two, and half of the one before
    await new Promise(requestAnimationFrame);
    scrollTo(0, 50); // away at once: not seen; but now 60 % of the third
  });
  await eventually(() => impressions().length === 2, "the third item");
  assert.deepEqual(impressions()[1], slate.itemIds.slice(2, 3));

  await page.evaluate(() => {
    draw();
    scrollTo(0, 800);
  }); // drawn again; no item counts twice
  await eventually(() => impressions().length === 3, "what came after scrolling");
  assert.deepEqual(impressions()[2], slate.itemIds.slice(3, 6)); // 80 %, all and 60 %
  await flush(page);
  const ids = impressions().flat();
  assert.equal(new Set(ids).size, ids.length);
  const tokens = new Set(sent.map(({ attributionToken }) => attributionToken));
  assert.deepEqual([...tokens], [slate.attributionToken]);
  assert.deepEqual(await page.evaluate(() => problems), []);
});

withContext("a click on an item counts as seeing it: the impression is sent before the click", async (context) => {
  const page = await visit(context, { visibleMs: 60_000 });
  const sent = sentBy(page);
  const result = await page.evaluate(async () => {
    const slate = await shop.recommend({ placement: "home", pageSize: 3 });
    shop.watch(slate, [list, null, null]);
    return shop.track("click", { items: [slate.itemIds[1]], slate });
  });
  assert.equal(result.status, "created");
  assert.deepEqual(
    sent.map(({ eventType, position }) => [eventType, position]),
    [
      ["impression", undefined],
      ["click", 2],
    ],
  );
});

withContext("the example page of the README shows a list and reports a click", async (context) => {
  const page = await context.newPage();
  await page.addInitScript(
    (config) => {
      window.HEADWATER = config;
    },
    { url: gateway, key: keys.page, timeoutMs: PATIENT_MS },
  );
  const sent = sentBy(page);
  await page.goto(`${origin}/example`);
  await page.click("#list button");
  await eventually(() => sent.some(({ eventType }) => eventType === "click"), "the click");
  await page.waitForFunction(() => document.querySelector("#status").textContent.includes("created"));
});
