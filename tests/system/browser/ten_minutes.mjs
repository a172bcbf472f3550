/** node ten_minutes.mjs PLAYWRIGHT CHROMIUM URL PICTURE: look at the page of the README, click its first item. */
import { launch } from "./launch.mjs";

const [, , playwright, executablePath, url, picture] = process.argv;
const browser = await launch(playwright, executablePath);
const page = await browser.newPage();
await page.goto(url);
const shown = await page.locator("li").allTextContents();
await page.locator("li").first().click();
await page.locator("#result", { hasText: ":" }).waitFor();
const result = await page.locator("#result").textContent();
await page.screenshot({ path: picture });
const [{ value: visitor }] = await page.context().cookies();
await browser.close();
console.log(JSON.stringify({ shown, result, visitor }));
