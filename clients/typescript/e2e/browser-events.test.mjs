// The browser client's guarantees for events, in a real Chromium through a real gateway, which is killed at the end.

import assert from "node:assert/strict";
import {
  backend,
  eventually,
  failing,
  flush,
  foreignOrigin,
  interactionsOf,
  keys,
  killGateway,
  PATIENT_MS,
  shopOpens,
  track,
  visit,
  withContext,
} from "./pages.mjs";

shopOpens();

withContext("events without a network wait, also after the page is closed, and are learned once", async (context) => {
  const page = await visit(context);
  const visitor = await page.evaluate(() => shop.visitorId);
  await context.setOffline(true);
  await page.evaluate(() => void [1, 2, 3].map((n) => shop.track("click", { items: [`item-${n}`] })));
  const error = await failing(page, () => shop.recommend());
  assert.equal(error.name, "UnavailableError");
  assert.equal((await failing(page, () => shop.flush({ timeoutMs: 300 }))).name, "DeadlineExceededError");
  await page.close();
  await context.setOffline(false);
  assert.deepEqual(await interactionsOf(visitor), {});
  const next = await visit(context);
  await flush(next);
  assert.deepEqual(await interactionsOf(visitor), { "item-1": 1, "item-2": 1, "item-3": 1 });
  assert.equal(
    await next.evaluate(() => Object.keys(localStorage).filter((name) => name.includes(":event:")).length),
    0,
  );
});

withContext("events are sent when the network is back, and their promises return the results", async (context) => {
  const page = await visit(context);
  await context.setOffline(true);
  await page.evaluate(() => {
    window.result = shop.track("click", { items: ["item-4"] });
  });
  await page.evaluate(() => shop.flush({ timeoutMs: 200 }).catch(() => {}));
  await context.setOffline(false);
  assert.equal((await page.evaluate(() => result)).status, "created");
});

withContext("a click in a tab that closes at that moment is delivered, and learned once", async (context) => {
  const page = await visit(context);
  const visitor = await page.evaluate(() => shop.visitorId);
  await page.evaluate(() => {
    leave.onclick = () => {
      // the first is in progress when the other comes
      shop.track("click", { items: ["item-5"] });
      queueMicrotask(() => queueMicrotask(() => shop.track("add-to-cart", { items: ["item-6"] })));
    };
  });
  await page.click("#leave", { noWaitAfter: true });
  await page.close({ runBeforeUnload: true });
  await eventually(async () => (await interactionsOf(visitor))["item-6"], "the closed tab's events");
  assert.deepEqual(await interactionsOf(visitor), { "item-5": 1, "item-6": 1 });
  const next = await visit(context); // events without an answer are sent again
  await flush(next);
  assert.deepEqual(await interactionsOf(visitor), { "item-5": 1, "item-6": 1 });
});

withContext("an event handed to the browser needs no next page", async (context) => {
  const page = await visit(context);
  const visitor = await page.evaluate(() => shop.visitorId);
  await page.evaluate(() => {
    // no time for any other way
    addEventListener("pagehide", () => shop.track("click", { items: ["item-7"] }));
    location.href = "about:blank";
  });
  await eventually(async () => (await interactionsOf(visitor))["item-7"], "the beacon's event");
});

withContext("two tabs share waiting events: none is lost, and none is learned twice", async (context) => {
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
    return Object.values(await interactionsOf(visitor)).reduce((sum, touches) => sum + touches, 0) >= 12;
  }, "the events of both tabs");
  await flush(other);
  const expected = Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`item-${n + 8}`, 2]));
  assert.deepEqual(await interactionsOf(visitor), expected);
  assert.deepEqual(await other.evaluate(() => problems), []);
});

withContext(
  "an event that the server does not learn from is reported: quarantined, conflict, refused",
  async (context) => {
    const page = await visit(context);
    const forged = await track(page, "click", { items: ["item-1"], attributionToken: "forged" });
    assert.equal(forged.status, "quarantined");
    assert.match(forged.detail, /^attributionToken/);
    const { eventId } = await track(page, "click", { items: ["item-1"] });
    assert.equal((await track(page, "click", { items: ["item-2"], eventId })).status, "conflict");
    const [good, refused] = await page.evaluate(() =>
      Promise.all([
        // in one batch: the one does not fail the other
        shop.track("click", { items: ["item-3"] }),
        shop.track("click", { items: ["item-3"], eventTime: 4e14 }).catch(({ name, code }) => ({ name, code })),
      ]),
    );
    assert.equal(good.status, "created");
    assert.deepEqual(refused, { name: "InvalidRequestError", code: 3 });
    assert.deepEqual(
      (await page.evaluate(() => problems)).map(({ kind }) => kind),
      ["quarantined", "conflict", "refused"],
    );
  },
);

withContext("a page of another origin gets an error, and its events are not learned", async (context) => {
  const page = await visit(context, {}, foreignOrigin);
  const before = await backend.model({ computeDigest: true, timeoutMs: PATIENT_MS });
  assert.equal((await failing(page, () => shop.recommend())).name, "UnavailableError");
  await page.evaluate(() => void shop.track("click", { items: ["item-1"] }));
  assert.equal((await failing(page, () => shop.flush({ timeoutMs: 1500 }))).name, "DeadlineExceededError");
  assert.equal((await backend.model({ computeDigest: true, timeoutMs: PATIENT_MS })).digest, before.digest);
  const foreigner = await page.evaluate(() => shop.visitorId);
  await page.goto("about:blank"); // the beacon needs no preflight, and is rejected all the same
  assert.equal((await track(await visit(context), "click", { items: ["item-1"] })).status, "created");
  assert.deepEqual(await interactionsOf(foreigner), {});
});

withContext("a wrong key is a typed error; the events wait for the page that has the right one", async (context) => {
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
    return (await interactionsOf(visitor))["item-15"];
  }, "the kept event");
});

withContext("a key without the scope is a typed error, too", async (context) => {
  const page = await visit(context, { key: keys.feedback });
  assert.equal((await failing(page, () => shop.recommend())).name, "PermissionDeniedError");
  assert.equal((await track(page, "click", { items: ["item-1"] })).status, "created");
  const fallback = await failing(page, () => shop.recommend({ fallback: ["item-1"] }));
  assert.equal(fallback.name, "PermissionDeniedError"); // a configuration mistake is not an outage
});

withContext("a page that must slow down waits for the given pause, and loses no event", async (context) => {
  const tabs = [await visit(context, { key: keys.slow }), await visit(context, { key: keys.slow })];
  const statuses = [];
  context.on("response", (response) => response.url().includes("/v1/feedback") && statuses.push(response.status()));
  let clicks = 0;
  while (!statuses.includes(429)) {
    // on a busy machine it takes some clicks to be too fast
    const results = await Promise.all(tabs.map((tab) => track(tab, "click", { items: ["item-16"] })));
    for (const { status } of results) assert.equal(status, "created");
    clicks += results.length;
  }
  assert.ok(statuses.filter((status) => status === 429).length <= 2 * clicks, `${statuses}`);
});

withContext("after a killed gateway no click of a page is lost, and none counts twice", async (context) => {
  const page = await visit(context);
  const visitor = await page.evaluate(() => shop.visitorId);
  await backend.upsertItems(Array.from({ length: 60 }, (_, n) => ({ itemId: `killed-${n}` }))); // pages create none
  const clicking = page.evaluate(async () => {
    const results = [];
    for (let n = 0; n < 60; n++) {
      results.push(shop.track("click", { items: [`killed-${n}`] }));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return (await Promise.all(results)).map(({ status }) => status);
  });
  await eventually(async () => (await interactionsOf(visitor))["killed-5"], "the first clicks");
  await killGateway();
  const statuses = await clicking;
  assert.deepEqual(new Set(statuses.filter((status) => status !== "exists")), new Set(["created"]));
  const counted = await interactionsOf(visitor);
  assert.deepEqual([Object.keys(counted).length, new Set(Object.values(counted))], [60, new Set([1])]);
});
