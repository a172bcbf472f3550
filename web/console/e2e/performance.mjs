/** An owner's question: does it pay? The figures, the lift and the file, at a desk and on a phone. */
import { flaws } from "./audit.mjs";
import { enter, openView, shot, texts } from "./browser.mjs";

const PHONE = { width: 390, height: 844 };

const loaded = (page) =>
  page.waitForFunction(() => document.querySelector("section[aria-label='Lift']") && !document.querySelector(".skeleton"));

const cells = (page, label) =>
  page.locator(`[aria-label='${label}'] tbody tr`).evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.innerText.replace(/\s+/g, " ").trim())));

/** How many names of the lift are covered by their bars. */
const covered = (page) =>
  page.locator(".lifts li").evaluateAll((all) => all.filter((one) => {
    const [bar, text] = [one.firstElementChild.getBoundingClientRect(), one.lastElementChild.getBoundingClientRect()];
    return bar.right > text.left && bar.bottom > text.top;
  }).length);

export async function performance(browser, url, folder, key) {
  const page = await enter(browser, url, key);
  await openView(page, "Performance");
  await loaded(page);
  await shot(page, folder, "performance");
  const found = {
    period: await texts(page, ".performance > p"),
    tiles: await texts(page, ".performance .tile"),
    lift: await texts(page, ".lifts li"),
    liftTitles: await texts(page, "section[aria-label='Lift'] h3"),
    rows: await cells(page, "Figures by placement"),
    desk: { ...(await flaws(page)), covered: await covered(page) },
  };
  await page.getByRole("button", { name: "Item", exact: true }).click();
  await page.waitForSelector("[aria-label='Figures by item']");
  found.items = await cells(page, "Figures by item");
  found.tilesBesideItems = await texts(page, ".performance .tile");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  found.csv = Buffer.concat(chunks).toString("utf8");
  await page.getByRole("button", { name: "Last week", exact: true }).click();
  await page.waitForFunction(() => /\d{4}-\d\d-\d\d to .* 7 days before/.test(document.querySelector(".performance > p")?.innerText));
  found.lastWeek = (await texts(page, ".lift-period")).join(" ");
  await page.locator("button", { hasText: "Dark" }).click();
  await page.setViewportSize(PHONE);
  await page.waitForFunction(() => innerWidth < 400);
  await page.locator("main").evaluate((main) => main.scrollIntoView());
  await shot(page, folder, "performance-phone", false);
  found.phone = { ...(await flaws(page)), covered: await covered(page) };
  return { ...found, complaints: page.complaints };
}
