// What the browser client promises, in a real Chromium through a real gateway.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  backend,
  begin,
  eventually,
  foreignOrigin,
  gateway,
  keys,
  killGateway,
  open,
  origin,
  sentBy,
  touched,
  visit,
} from "./pages.mjs";

const ITEMS = Array.from({ length: 20 }, (_, n) => `item-${n}`);
const ALL = 'categories: ANY("all")';
let shop;
let context;

before(async () => {
  shop = await open();
  await backend.upsertItems(ITEMS.map((itemId) => ({ itemId, title: itemId, categories: ["all"], price: 10 })));
  // the first list compiles what makes lists: no page should wait for that
  await backend.recommend("warm", { placement: "home", explain: true, timeoutMs: 60_000 });
  await backend.trending({ timeoutMs: 60_000 });
});
after(() => shop.close());

/** A test with a browser profile of its own, so with a visitor of its own. */
function withContext(name, run) {
  test(name, { timeout: 60_000 }, async () => {
    context = await shop.browser.newContext({ viewport: { width: 800, height: 600 } });
    try {
      await run();
    } finally {
      await context.close();
    }
  });
}

const recommend = (page, question = {}) =>
  page.evaluate((asked) => shop.recommend({ placement: "home", pageSize: 6, ...asked }), question);
const track = (page, type, details) => page.evaluate(([t, d]) => shop.track(t, d), [type, details]);
const failing = (page, call) =>
  page.evaluate(
    `(${call})().then(() => "no error", ({ name, code, field, message }) => ({ name, code, field, message }))`,
  );

withContext("a page gets a list, with what says why", async () => {
  const page = await visit(context);
  const slate = await recommend(page, { explain: true });
  assert.equal(slate.itemIds.length, 6);
  assert.ok(slate.attributionToken && slate.offset && slate.recommendationId);
  assert.ok(slate.results[0].explanation && slate.results[0].contributions.length);
  assert.equal((await page.evaluate(() => shop.similar({ itemIds: ["item-1"] }))).itemIds.includes("item-1"), false);
  assert.ok((await page.evaluate(() => shop.trending())).offset);
});

withContext("a retry and a reader of the same name get the same list", async () => {
  const page = await visit(context);
  const [one, other] = [
    await recommend(page, { recommendationId: "r" }),
    await recommend(page, { recommendationId: "r" }),
  ];
  assert.deepEqual(one.itemIds, other.itemIds);
});

withContext("the next list knows what the visitor just did, without waiting for anything by hand", async () => {
  const page = await visit(context, { settleMs: 10_000, timeoutMs: 10_000 }); // on a machine that is busy
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

withContext("so does the first list of the next page, to which the click led", async () => {
  const page = await visit(context);
  const [first] = (await recommend(page, { filter: ALL })).itemIds;
  await page.evaluate((itemId) => void shop.track("dismiss", { items: [itemId] }), first);
  await page.reload();
  await begin(page, { settleMs: 10_000, timeoutMs: 10_000 });
  const after = await recommend(page, { filter: ALL, pageSize: 20 });
  assert.equal(after.itemIds.length, 19);
  assert.ok(!after.itemIds.includes(first));
});

withContext("the visitor keeps its id over a reload, and two profiles are two visitors", async () => {
  const page = await visit(context);
  const id = await page.evaluate(() => shop.visitorId);
  await page.reload();
  await begin(page);
  assert.equal(await page.evaluate(() => shop.visitorId), id);
  const other = await shop.browser.newContext();
  assert.notEqual(await (await visit(other)).evaluate(() => shop.visitorId), id);
  await other.close();
});

withContext("what was half visible for a moment is reported, once for each slate and item", async () => {
  const page = await visit(context);
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

  await page.evaluate(() => scrollTo(0, 1500)); // the last two, and half of the one before
  await page.evaluate(() => new Promise(requestAnimationFrame));
  await page.evaluate(() => scrollTo(0, 50)); // away at once: not seen; but now 60 % of the third
  await eventually(() => impressions().length === 2, "the third item");
  assert.deepEqual(impressions()[1], slate.itemIds.slice(2, 3));

  await page.evaluate(() => {
    draw();
    scrollTo(0, 800);
  }); // drawn anew; nothing counts twice
  await eventually(() => impressions().length === 3, "what came after scrolling");
  assert.deepEqual(impressions()[2], slate.itemIds.slice(3, 6)); // 80 %, all and 60 %
  await page.evaluate(() => shop.flush());
  const ids = impressions().flat();
  assert.equal(new Set(ids).size, ids.length);
  const tokens = new Set(sent.map(({ attributionToken }) => attributionToken));
  assert.deepEqual([...tokens], [slate.attributionToken]);
  assert.deepEqual(await page.evaluate(() => problems), []);
});

withContext("who clicks an item at once has seen it: the impression goes before the click", async () => {
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

withContext("events of a page without network wait, over the end of the page, and are learned once", async () => {
  const page = await visit(context);
  const visitor = await page.evaluate(() => shop.visitorId);
  await context.setOffline(true);
  await page.evaluate(() => void [1, 2, 3].map((n) => shop.track("click", { items: [`item-${n}`] })));
  const error = await failing(page, () => shop.recommend({ timeoutMs: 500 }));
  assert.equal(error.name, "UnavailableError");
  assert.equal((await failing(page, () => shop.flush({ timeoutMs: 300 }))).name, "DeadlineExceededError");
  await page.close();
  await context.setOffline(false);
  assert.deepEqual(await touched(visitor), {});
  const next = await visit(context);
  await next.evaluate(() => shop.flush());
  assert.deepEqual(await touched(visitor), { "item-1": 1, "item-2": 1, "item-3": 1 });
  assert.equal(
    await next.evaluate(() => Object.keys(localStorage).filter((name) => name.includes(":event:")).length),
    0,
  );
});

withContext("events go out when the network is back, and their promises hold what became of them", async () => {
  const page = await visit(context);
  await context.setOffline(true);
  await page.evaluate(() => {
    window.result = shop.track("click", { items: ["item-4"] });
  });
  await page.evaluate(() => shop.flush({ timeoutMs: 200 }).catch(() => {}));
  await context.setOffline(false);
  assert.equal((await page.evaluate(() => result)).status, "created");
});

withContext("a tab that is closed in the middle of a click still delivers it, and it is learned once", async () => {
  const page = await visit(context);
  const visitor = await page.evaluate(() => shop.visitorId);
  await page.evaluate(() => {
    leave.onclick = () => {
      // the first is under way when the others come
      shop.track("click", { items: ["item-5"] });
      queueMicrotask(() => queueMicrotask(() => shop.track("add-to-cart", { items: ["item-6"] })));
    };
  });
  await page.click("#leave", { noWaitAfter: true });
  await page.close({ runBeforeUnload: true });
  await eventually(async () => (await touched(visitor))["item-6"], "the closed tab's events");
  assert.deepEqual(await touched(visitor), { "item-5": 1, "item-6": 1 });
  const next = await visit(context); // what nobody heard the answer to is sent again
  await next.evaluate(() => shop.flush());
  assert.deepEqual(await touched(visitor), { "item-5": 1, "item-6": 1 });
});

withContext("what a page that is left hands to the browser needs no next page", async () => {
  const page = await visit(context);
  const visitor = await page.evaluate(() => shop.visitorId);
  await page.evaluate(() => {
    // no time for any other way
    addEventListener("pagehide", () => shop.track("click", { items: ["item-7"] }));
    location.href = "about:blank";
  });
  await eventually(async () => (await touched(visitor))["item-7"], "the beacon's event");
});

withContext("two tabs share what waits: nothing is lost, and nothing is learned twice", async () => {
  const [one, other] = [await visit(context), await visit(context)];
  const visitor = await one.evaluate(() => shop.visitorId);
  await context.setOffline(true);
  for (const page of [one, other]) {
    await page.evaluate(() => {
      for (let n = 8; n < 14; n++) shop.track("click", { items: [`item-${n}`] });
    });
  }
  await one.close();
  await context.setOffline(false);
  await eventually(async () => {
    await other.evaluate(() => dispatchEvent(new Event("online")));
    return Object.values(await touched(visitor)).reduce((sum, touches) => sum + touches, 0) >= 12;
  }, "the events of both tabs");
  await other.evaluate(() => shop.flush());
  const expected = Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`item-${n + 8}`, 2]));
  assert.deepEqual(await touched(visitor), expected);
  assert.deepEqual(await other.evaluate(() => problems), []);
});

withContext("what the server does not learn from is told: quarantined, conflict, refused", async () => {
  const page = await visit(context);
  const forged = await track(page, "click", { items: ["item-1"], attributionToken: "forged" });
  assert.equal(forged.status, "quarantined");
  assert.match(forged.detail, /^attribution_token/);
  const { eventId } = await track(page, "click", { items: ["item-1"] });
  assert.equal((await track(page, "click", { items: ["item-2"], eventId })).status, "conflict");
  const [good, refused] = await page.evaluate(() =>
    Promise.all([
      // in one batch: the one does not fail the other
      shop.track("click", { items: ["item-3"] }),
      shop.track("click", { items: ["item-3"], position: 1.5 }).catch(({ name, code }) => ({ name, code })),
    ]),
  );
  assert.equal(good.status, "created");
  assert.deepEqual(refused, { name: "InvalidRequestError", code: 3 });
  assert.deepEqual(
    (await page.evaluate(() => problems)).map(({ kind }) => kind),
    ["quarantined", "conflict", "refused"],
  );
});

withContext("a page of another origin hears that it is not let in, and teaches nothing", async () => {
  const page = await visit(context, {}, foreignOrigin);
  const before = await backend.model({ computeDigest: true });
  assert.equal((await failing(page, () => shop.recommend())).name, "UnavailableError");
  await page.evaluate(() => void shop.track("click", { items: ["item-1"] }));
  assert.equal((await failing(page, () => shop.flush({ timeoutMs: 1500 }))).name, "DeadlineExceededError");
  assert.equal((await backend.model({ computeDigest: true })).digest, before.digest);
  const foreigner = await page.evaluate(() => shop.visitorId);
  await page.goto("about:blank"); // the beacon asks nobody's leave, and is refused all the same
  assert.equal((await track(await visit(context), "click", { items: ["item-1"] })).status, "created");
  assert.deepEqual(await touched(foreigner), {});
});

withContext("a wrong key is a typed error; the events wait for the page that has the right one", async () => {
  const page = await visit(context, { key: keys.wrong });
  const visitor = await page.evaluate(() => shop.visitorId);
  assert.deepEqual((({ name, code }) => [name, code])(await failing(page, () => shop.recommend())), [
    "UnauthenticatedError",
    16,
  ]);
  assert.equal((await failing(page, () => shop.track("click", { items: ["item-15"] }))).name, "UnauthenticatedError");
  assert.deepEqual(
    (await page.evaluate(() => problems)).map(({ kind }) => kind),
    ["kept"],
  );
  const next = await visit(context, { key: keys.page });
  await page.close();
  await eventually(async () => {
    await next.evaluate(() => dispatchEvent(new Event("online")));
    return (await touched(visitor))["item-15"];
  }, "the kept event");
});

withContext("a key without the scope is a typed error, too", async () => {
  const page = await visit(context, { key: keys.feedback });
  assert.equal((await failing(page, () => shop.recommend())).name, "PermissionDeniedError");
  assert.equal((await track(page, "click", { items: ["item-1"] })).status, "created");
  const fallback = await failing(page, () => shop.recommend({ fallback: ["item-1"] }));
  assert.equal(fallback.name, "PermissionDeniedError"); // a mistake is no outage
});

withContext("a page that is told to slow down waits as long as it was told, and loses nothing", async () => {
  const page = await visit(context, { key: keys.slow });
  const statuses = [];
  page.on("response", (response) => response.url().includes("/v1/feedback") && statuses.push(response.status()));
  for (let n = 0; n < 8; n++) assert.equal((await track(page, "click", { items: ["item-16"] })).status, "created");
  assert.ok(statuses.includes(429), `${statuses}`);
  assert.ok(statuses.filter((status) => status === 429).length < 16, `${statuses}`);
});

withContext(
  "a gateway that is killed under a page's clicks loses none that was sent, and none counts twice",
  async () => {
    const page = await visit(context);
    const visitor = await page.evaluate(() => shop.visitorId);
    const clicking = page.evaluate(async () => {
      const results = [];
      for (let n = 0; n < 60; n++) {
        results.push(shop.track("click", { items: [`killed-${n}`] }));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return (await Promise.all(results)).map(({ status }) => status);
    });
    await eventually(async () => (await touched(visitor))["killed-5"], "the first clicks");
    await killGateway();
    const statuses = await clicking;
    assert.deepEqual(new Set(statuses.filter((status) => status !== "exists")), new Set(["created"]));
    const counted = await touched(visitor);
    assert.deepEqual([Object.keys(counted).length, new Set(Object.values(counted))], [60, new Set([1])]);
  },
);

withContext("the example page of the README shows a list and reports a click", async () => {
  const page = await context.newPage();
  await page.addInitScript(
    (config) => {
      window.HEADWATER = config;
    },
    { url: gateway, key: keys.page },
  );
  const sent = sentBy(page);
  await page.goto(`${origin}/example`);
  await page.click("#list button");
  await eventually(() => sent.some(({ eventType }) => eventType === "click"), "the click");
  await page.waitForFunction(() => document.querySelector("#told").textContent.includes("created"));
});
