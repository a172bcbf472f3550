/** An editor's afternoon: pin an item for next week, see who gets it, save, undo; the lift; why a visitor sees an item. */
import { flaws } from "./audit.mjs";
import { enter, openView, shot, texts } from "./browser.mjs";

const PHONE = { width: 390, height: 844 };
const DAY_MS = 86_400_000;

/** A time as a field for date and time takes it. */
const local = (time) => new Date(time - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** Pictures and flaws in both widths, light and dark. */
async function everywhere(page, folder, name) {
  const found = {};
  for (const [theme, other] of [["light", "Dark"], ["dark", "Light"]]) {
    for (const [width, size] of [["wide", { width: 1400, height: 900 }], ["phone", PHONE]]) {
      await page.setViewportSize(size);
      await page.waitForFunction((expected) => innerWidth === expected, size.width);
      await shot(page, folder, `${name}-${width}-${theme}`);
      found[`${width} ${theme}`] = await flaws(page);
    }
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.locator("button", { hasText: other }).click();
  }
  return found;
}

const cells = (page, card) =>
  page.locator(`section[aria-label='${card}'] tbody tr`).evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.innerText.replace(/\s+/g, " ").trim())));

/** Pins the item with this title on the home list for next week; returns what the editor saw. */
export async function editorsAfternoon(browser, url, folder, key, title, visitor) {
  const page = await enter(browser, url, key);
  await openView(page, "Rules");
  await page.getByRole("button", { name: "New rule", disabled: false }).click();
  await page.fill("input[name=name]", "lamp of the week");
  await page.fill("input[name=item]", title);
  await page.locator(".found button", { hasText: title }).first().click();
  await page.fill("input[name=placements]", "home");
  await page.fill("input[name=start]", local(Date.now() + 7 * DAY_MS));
  await page.fill("input[name=end]", local(Date.now() + 14 * DAY_MS));
  await page.fill("input[name=reason]", "the lamp of next week");
  await page.waitForFunction(() => document.querySelectorAll(".lists").length === 3);
  await shot(page, folder, "rules-recent");
  const offered = await texts(page, ".lists h3 a");
  const firsts = await texts(page, ".side-by-side > div:last-child li:first-child");
  const recent = await texts(page, ".chips[aria-labelledby=recent-visitors] .button");
  await page.fill("input[name=visitors]", visitor);
  await page.waitForFunction((id) => [...document.querySelectorAll(".lists h3 a")].map((one) => one.innerText).join() === id, visitor);
  const before = await texts(page, ".side-by-side > div:first-child li");
  const after = await texts(page, ".side-by-side > div:last-child li");
  const looks = await everywhere(page, folder, "rules-effect");
  await page.getByRole("button", { name: "Save", exact: true, disabled: false }).click();
  await page.waitForSelector("section[aria-label='All rules'] tbody tr");
  const saved = await cells(page, "All rules");
  await page.waitForSelector("section[aria-label='History'] tbody tr");
  const history = await cells(page, "History");
  await shot(page, folder, "rules-saved");
  await page.getByRole("button", { name: "Undo the change of lamp of the week", disabled: false }).click();
  await page.waitForSelector("section[aria-label='All rules'] .empty");
  const undone = await page.locator(".done").innerText();
  await openView(page, "Audit log");
  await page.waitForSelector("section[aria-label='Changes'] tbody tr");
  const audit = await cells(page, "Changes");
  const auditLooks = await everywhere(page, folder, "audit");
  const lift = await lastWeeksLift(page, folder);
  const why = await whyVisitorSeesIt(page, folder, visitor);
  return { offered, recent, firsts, before, after, saved, history, undone, audit, looks, auditLooks, lift, why, complaints: page.complaints };
}

/** Reads the revenue lift of the last seven days: the text of each figure with its interval. */
async function lastWeeksLift(page, folder) {
  await openView(page, "Performance");
  await page.getByRole("button", { name: "7 days", exact: true }).click();
  await page.waitForFunction(() => /compared with the 7 days before/.test(document.body.innerText) && document.querySelector(".lifts li"));
  await shot(page, folder, "afternoon-lift");
  return { figures: await texts(page, ".lift-period .lifts li"), always: await texts(page, ".lift-period ~ .lifts li"), visitors: await page.locator("section[aria-label='Lift']").innerText() };
}

/** Opens a visitor by search, and what is said of why the first item is in the list. */
async function whyVisitorSeesIt(page, folder, visitor) {
  await openView(page, "Visitors");
  await page.fill("input[name=id]", visitor);
  await page.locator("[aria-label='Visitors and accounts'] tbody a", { hasText: new RegExp(`^${visitor}$`) }).click();
  await page.waitForSelector("ol.slots > li .why p");
  await shot(page, folder, "afternoon-why");
  const first = page.locator("ol.slots > li").first();
  return { title: await first.locator("strong").first().innerText(), reasons: await texts(page, "ol.slots > li:first-child .why p"), all: await first.innerText(), history: await page.locator(".narrow").innerText() };
}
