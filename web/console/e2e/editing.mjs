/** An editor's bad day: the session ends, the connection is lost, somebody else was faster, a name is taken. */
import { enter, openView, signIn, texts } from "./browser.mjs";

const button = (page, name) => page.getByRole("button", { name, exact: true, disabled: false });
const alertText = (page) => page.locator("form [role=alert] .notice").innerText();

/** Calls the API as another editor does, with the same key. */
const post = (page, key, path, body) =>
  page.evaluate(
    async ([bearer, to, text]) => (await fetch(to, { method: "POST", headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" }, body: text })).status,
    [key, path, JSON.stringify(body)],
  );

const typed = async (page) => ({ name: await page.inputValue("input[name=name]"), filter: await page.inputValue("input[name=filter]"), reason: await page.inputValue("input[name=reason]") });

/** Types a rule; the session ends, the connection is lost, and nothing of it is lost. */
async function typing(page, key, name) {
  await openView(page, "Rules");
  await button(page, "New rule").click();
  await button(page, "Boost").click();
  await page.fill("input[name=name]", name);
  await page.fill("input[name=filter]", "price < 5");
  await page.fill("input[name=reason]", "why not");
  await page.route("**/v1/**", (route) => route.fulfill({ status: 401, json: { message: "ended" } }));
  await openView(page, "Audit log").catch(() => undefined); // the sign-in takes its place
  await page.waitForSelector(".sign-in");
  await page.unroute("**/v1/**");
  await signIn(page, key);
  await page.waitForSelector(".frame");
  await openView(page, "Rules");
  await page.waitForSelector("input[name=name]");
  const again = await typed(page);
  await page.route("**/v1/rules", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await button(page, "Save").click();
  const lost = await alertText(page);
  await page.unroute("**/v1/rules");
  const cut = await answerCutOff(page);
  return { again, lost, cut, still: await typed(page) };
}

/** The connection is lost in the middle of the answer. */
async function answerCutOff(page) {
  await page.route("**/v1/rules", (route) => (route.request().method() === "POST" ? route.fulfill({ status: 200, contentType: "application/json", body: '{"rule": {"na' }) : route.continue()));
  await button(page, "Save").click();
  await page.waitForFunction(() => /cut off/.test(document.querySelector("form [role=alert]")?.innerText ?? ""));
  const text = await alertText(page);
  await page.unroute("**/v1/rules");
  return text;
}

/** Saves, writes another rule of the same name, and edits what somebody else changes meanwhile. */
async function meeting(page, key, name) {
  await button(page, "Save").click();
  await page.waitForSelector(".done");
  await button(page, "New rule").click();
  await button(page, "Boost").click();
  await page.fill("input[name=name]", name);
  await page.fill("input[name=filter]", "price < 6");
  await button(page, "Save").click();
  const taken = await alertText(page);
  await button(page, "Cancel").click();
  await button(page, `Edit ${name}`).click();
  const status = await post(page, key, "/v1/rules", { rule: { name, filter: "price < 7", boost: { times: 2 } } });
  await button(page, "Save").click();
  const late = await alertText(page);
  await button(page, "Cancel").click();
  return { taken, late, status };
}

/** Texts that end beyond the screen's edge, where nobody can read them. */
const textsOutside = (page) =>
  page.evaluate(() => {
    const found = [];
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (walker.nextNode()) {
      range.selectNodeContents(walker.currentNode);
      if (!walker.currentNode.parentElement.closest(".hidden, thead") && [...range.getClientRects()].some((one) => one.right > innerWidth)) found.push(walker.currentNode.data);
    }
    return found;
  });

export async function badDay(browser, url, folder, key, name, exact) {
  const page = await enter(browser, url, key);
  await page.setViewportSize({ width: 390, height: 844 });
  const found = await typing(page, key, name);
  const met = await meeting(page, key, name);
  await button(page, `Edit ${exact}`).click();
  await page.fill("input[name=reason]", "only a reason");
  await button(page, "Save").click();
  await page.waitForFunction((text) => document.querySelector(".done")?.innerText.includes(text), exact);
  const names = await texts(page, "section[aria-label='All rules'] tbody th");
  const outside = await textsOutside(page);
  await openView(page, "Audit log");
  const older = page.locator("button", { hasText: "Show older changes" });
  await older.waitFor();
  await older.evaluate((one) => (one.click(), one.click()));
  await older.waitFor({ state: "detached" });
  const rows = await texts(page, "section[aria-label='Changes'] tbody td:last-child");
  await page.close();
  return { ...found, ...met, names, outside, rows };
}
