/** node ten_minutes.mjs PLAYWRIGHT CHROMIUM URL PICTURE: look at the page of the README, click its first item. */
const [, , playwright, executablePath, url, picture] = process.argv;
const { chromium } = await import(playwright);
const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
]; // prettier-ignore
const browser = await chromium.launch({ executablePath, headless: true, args });
const page = await browser.newPage();
await page.goto(url);
const shown = await page.locator("li").allTextContents();
await page.locator("li").first().click();
await page.locator("#told", { hasText: ":" }).waitFor();
const told = await page.locator("#told").textContent();
await page.screenshot({ path: picture });
const [{ value: visitor }] = await page.context().cookies();
await browser.close();
console.log(JSON.stringify({ shown, told, visitor }));
