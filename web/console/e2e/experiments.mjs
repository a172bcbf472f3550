/** Tasks of an analyst: read experiments and policies, end an experiment, promote and roll back. */
import { flaws } from "./audit.mjs";
import { enter, openView, shot, texts } from "./browser.mjs";

const PHONE = { width: 390, height: 844 };

/** Opens an experiment by its link in the list. */
async function openExperiment(page, name) {
  await openView(page, "Experiments");
  await page.locator("section tbody a", { hasText: new RegExp(`^${name}$`) }).click();
  await page.waitForSelector(`h1:text-is("${name}")`);
  await loaded(page);
}

/** Waits until no part of the view is being loaded. */
const loaded = (page) =>
  page.waitForFunction(() => document.querySelector("main h1") && !document.querySelector(".skeleton") && !/loading…/.test(document.querySelector("main").innerText));

/** A button once it is known that the key may: until then it is disabled, and cannot have the focus. */
const enabled = (page, name) => page.getByRole("button", { name, exact: true, disabled: false });

/** The cells of the first table of a card. */
const rows = (page, card) => cells(page.locator(`section[aria-label='${card}'] table`).first());

const cells = (table) => table.locator("tbody tr").evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.innerText.replace(/\s+/g, " ").trim())));

const text = (page, selector) => page.locator(selector).innerText();

/** A picture in the dark on a phone, and what would be wrong there. */
async function onPhone(page, folder, name) {
  await page.locator("button", { hasText: "Dark" }).click();
  await page.setViewportSize(PHONE);
  await page.waitForFunction(() => innerWidth < 400);
  await page.locator("main").evaluate((main) => main.scrollIntoView());
  await shot(page, folder, `${name}-phone`, false);
  const found = await flaws(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.locator("button", { hasText: "Light" }).click();
  return found;
}

export async function noExperiments(browser, url, _folder, key) {
  const page = await enter(browser, url, key);
  await openView(page, "Experiments");
  await loaded(page);
  const experiments = await text(page, ".empty");
  await openView(page, "Policies");
  await loaded(page);
  const cards = ["Promoted", "All policies", "Shadows", "Evaluations"];
  const [promoted, policies, shadows, evaluations] = await Promise.all(cards.map((card) => text(page, `section[aria-label='${card}'] .empty`)));
  await page.goto(`${url}/console/#/experiments/none-of-this-name`);
  await page.waitForSelector("section[aria-label='Unknown experiment']");
  return { experiments, policies: [promoted, policies, shadows, evaluations], unknown: await text(page, ".empty"), complaints: page.complaints };
}

export async function experiments(browser, url, folder, key) {
  const page = await enter(browser, url, key);
  await openView(page, "Experiments");
  await loaded(page);
  await shot(page, folder, "experiments");
  const [card] = await texts(page, "section h2");
  const found = { card, rows: await cells(page.locator("section table")) };
  return { ...found, phone: await onPhone(page, folder, "experiments"), complaints: page.complaints };
}

/** Everything that the page of an experiment shows. */
export async function experiment(browser, url, folder, key, name, picture = "") {
  const page = await enter(browser, url, key);
  await openExperiment(page, name);
  if (picture) await shot(page, folder, picture);
  const chart = page.locator("figure.chart");
  const seen = {
    question: await text(page, "main > header p"),
    verdict: await text(page, ".verdict"),
    facts: Object.fromEntries(await page.locator("section[aria-label='Result so far'] dl.facts").evaluateAll((all) => all.flatMap((list) => [...list.querySelectorAll("dt")].map((one) => [one.innerText, one.nextElementSibling.innerText.replace(/\s+/g, " ").trim()])))),
    promotion: (await text(page, "section[aria-label=Promotion]")).replace(/\s+/g, " "),
    chart: (await chart.count()) ? await chart.getAttribute("aria-label") : "",
    arms: await rows(page, "Arms"),
    metrics: await rows(page, "All metrics"),
    split: await text(page, "section[aria-label='Split of visitors'] .inset"),
    guardRails: await rows(page, "Guard rails"),
    alarms: await texts(page, "[role=alert]"),
    text: await text(page, "main"),
  };
  if (seen.chart) {
    await page.locator("summary", { hasText: "Show as a table" }).click();
    seen.looks = await rows(page, "Difference over time");
    await page.locator("summary", { hasText: "Show as a table" }).click();
  }
  const phone = await onPhone(page, folder, picture || "experiment-other");
  return { ...seen, phone, complaints: page.complaints };
}

/** What a key that may only look finds where others change something. */
export async function onlyLooking(browser, url, _folder, key, name) {
  const page = await enter(browser, url, key);
  await openExperiment(page, name);
  const notice = await text(page, "section[aria-label=Promotion] .notice");
  const buttons = (page) => page.locator("main .button:is(button)").evaluateAll((all) => all.map((one) => [one.innerText.replace(/\s+/g, " ").trim(), one.disabled]));
  return { notice, buttons: await buttons(page), complaints: page.complaints };
}

/** Promote an arm, see it in force, and take it back; the focus is where the keyboard left it. */
export async function promoting(browser, url, folder, key, name, arm, policy) {
  const page = await enter(browser, url, key);
  await openExperiment(page, name);
  await enabled(page, `Promote ${arm}`).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: `Promote ${policy}?` });
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  const focus = await page.evaluate(() => document.activeElement.innerText.replace(/\s+/g, " "));
  await page.keyboard.press("Enter");
  await dialog.locator(".values").waitFor();
  await shot(page, folder, "promote", false);
  const asked = await dialog.innerText();
  await dialog.getByRole("button", { name: "Promote" }).click();
  await page.waitForSelector(".done");
  const done = await text(page, ".done");
  await page.waitForSelector("header .badge:text-is('stopped')");
  const after = await text(page, "section[aria-label=Promotion]");
  await openView(page, "Policies");
  await page.waitForSelector("section[aria-label=Promoted] tbody tr");
  await loaded(page);
  await shot(page, folder, "policies");
  const phone = await onPhone(page, folder, "policies");
  const promoted = { stack: await rows(page, "Promoted"), inForce: await rows(page, "In force by promotions"), policies: await rows(page, "All policies") };
  const rolledBack = await rollBack(page, policy);
  return { focus, asked, done, after, ...promoted, rolledBack, phone, complaints: page.complaints };
}

async function rollBack(page, policy) {
  await page.locator("section[aria-label=Promoted] button").click();
  const dialog = page.getByRole("dialog", { name: `Roll back ${policy}?` });
  const button = dialog.getByRole("button", { name: "Roll back" });
  const needsReason = await button.isDisabled();
  await dialog.getByLabel("Reason").fill("only a test");
  const asked = await dialog.innerText();
  await button.click();
  await page.waitForSelector(".done");
  const done = await text(page, ".done");
  await page.waitForFunction((name) => !document.querySelector("section[aria-label=Promoted]").innerText.includes(name), policy);
  return { needsReason, asked, done, left: await text(page, "section[aria-label=Promoted]") };
}

/** Somebody closes the arm while the dialog is open: the refusal names the condition; then close the last arm. */
export async function tooLate(browser, url, _folder, key, name, arm, other) {
  const page = await enter(browser, url, key);
  await openExperiment(page, name);
  await page.getByRole("button", { name: `Promote ${arm}`, exact: true }).click();
  const dialog = page.locator("dialog");
  await dialog.locator(".values").waitFor();
  const closed = await fetch(`${url}/v1/experiments/${name}:stop`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify({ armId: arm, reason: "too many returns" }) });
  await dialog.getByRole("button", { name: "Promote" }).click();
  const refusal = dialog.getByRole("alert").locator(".notice");
  await refusal.waitFor();
  const refused = await refusal.innerText();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  // the refusal loaded the view again, so the other arm is known to be the last one
  await page.locator("section[aria-label=Arms]", { hasText: "too many returns" }).waitFor();
  await page.getByRole("button", { name: `Close arm ${other}`, exact: true }).click();
  const asked = await dialog.innerText();
  await dialog.getByLabel("Reason").fill("the first one is gone");
  await dialog.getByRole("button", { name: "Close arm" }).click();
  await page.waitForSelector("header .badge:text-is('stopped')");
  return { status: closed.status, refused, asked, done: await text(page, ".done"), arms: await rows(page, "Arms"), stopButtons: await page.locator("button", { hasText: "Stop experiment" }).count(), complaints: page.complaints };
}

/** Stop an experiment by the keyboard alone. */
export async function stopping(browser, url, _folder, key, name) {
  const page = await enter(browser, url, key);
  await openExperiment(page, name);
  const before = { verdict: await text(page, ".verdict"), text: await text(page, "main"), metrics: await rows(page, "All metrics") };
  await enabled(page, "Stop experiment").focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: `Stop ${name}?` });
  await dialog.waitFor();
  const asked = await dialog.innerText();
  await dialog.getByLabel("Reason").focus();
  await page.keyboard.type("the season is over");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".done");
  const focused = await page.evaluate(() => document.activeElement.innerText);
  await page.waitForSelector("header .badge:text-is('stopped')");
  return { before, asked, focused, setup: await text(page, "section[aria-label=Setup]"), complaints: page.complaints };
}

export async function shadows(browser, url, folder, key) {
  const page = await enter(browser, url, key);
  await openView(page, "Policies");
  await page.waitForSelector("section[aria-label=Shadows] .evaluation");
  await loaded(page);
  const entries = page.locator("section[aria-label=Shadows] .evaluation");
  const seen = await entries.evaluateAll((all) => all.map((one) => ({ name: one.querySelector("h3").innerText, text: one.innerText.replace(/\s+/g, " ") })));
  const tables = [];
  for (const table of await entries.locator("table").all()) tables.push(await cells(table));
  const others = await texts(page, "section[aria-label=Evaluations] .evaluation h3");
  await page.locator("section[aria-label=Shadows]").evaluate((card) => card.scrollIntoView());
  await shot(page, folder, "shadows", false);
  const phone = await onPhone(page, folder, "policies");
  await page.locator("button", { hasText: "Dark" }).click();
  const look = async (name) => {
    await page.locator("section[aria-label=Shadows]").evaluate((card) => card.scrollIntoView());
    await shot(page, folder, name, false);
  };
  await look("shadows-dark");
  await page.setViewportSize(PHONE);
  await page.waitForFunction(() => innerWidth < 400);
  await look("shadows-phone");
  return { seen, tables, others, phone, complaints: page.complaints };
}

export async function evaluations(browser, url, _folder, key) {
  const page = await enter(browser, url, key);
  await openView(page, "Policies");
  await page.waitForSelector("section[aria-label=Evaluations] .evaluation");
  const first = await page.locator("section[aria-label=Evaluations] .evaluation").count();
  await page.getByRole("button", { name: "Show older evaluations" }).click();
  await page.waitForFunction((count) => document.querySelectorAll("section[aria-label=Evaluations] .evaluation").length > count, first);
  const names = await texts(page, "section[aria-label=Evaluations] .evaluation h3");
  return { first, names, rows: await cells(page.locator("section[aria-label=Evaluations] .evaluation table").first()), complaints: page.complaints };
}

/** The card of the Personalizer API in the view Policies. */
export async function personalizer(browser, url, folder, key) {
  const page = await enter(browser, url, key);
  await openView(page, "Policies");
  await loaded(page);
  const card = "section[aria-label='Personalizer']";
  await page.waitForSelector(card);
  await shot(page, folder, "personalizer");
  const found = { card: await text(page, card), rows: await cells(page.locator(`${card} table`)) };
  return { ...found, phone: await onPhone(page, folder, "personalizer"), complaints: page.complaints };
}
