/** The page of the REST reference: Swagger UI, as a person uses it. */

const OPERATION = ".opblock-summary-path";

/** Sign in with a key, call ListItems from the page, and return what it showed. */
export async function reference(browser, url, folder, key) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const problems = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(`${url}/reference/`);
  await page.waitForSelector(OPERATION);
  const paths = await page.$$eval(OPERATION, (found) => found.map((one) => one.getAttribute("data-path")));
  await page.screenshot({ path: `${folder}/reference.png` });
  await page.click("button.authorize");
  await page.fill(".auth-container input", key);
  await page.click(".auth-btn-wrapper .authorize");
  await page.click(".btn-done");
  const operation = page.locator("#operations-CatalogService-CatalogService_ListItems");
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.getByRole("button", { name: "Execute" }).click();
  const status = await operation.locator(".live-responses-table .response-col_status").last().innerText();
  await page.setViewportSize({ width: 390, height: 800 });
  await page.screenshot({ path: `${folder}/reference-phone.png` });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await page.goto(`${url}/`);
  const links = await page.$$eval("a", (found) => found.map((one) => one.getAttribute("href")));
  await page.screenshot({ path: `${folder}/root.png` });
  await page.close();
  return { paths, status: status.trim().slice(0, 3), overflow, problems, links };
}
