/** A person signs in at the provider, works, and signs out. */
import { flaws } from "./audit.mjs";
import { open, openView, shot } from "./browser.mjs";

/** From the console's sign-in page to the views, by the provider's own pages. */
async function signInAs(page, login) {
  // the provider's own pages ask for a font of the internet, which a test has not
  await page.route((at) => at.hostname !== "127.0.0.1", (route) => route.fulfill({ status: 200, contentType: "text/css", body: "" }));
  await page.getByRole("link", { name: /^Sign in with/ }).click();
  await page.locator("input[name=login]").fill(login);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: /sign-in/i }).click();
  await page.getByRole("button", { name: /continue/i }).click();
}

/** What is wrong with the page that is open, at both widths, light and dark. */
async function everywhere(page, folder, name) {
  const wrong = [];
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForFunction(([wanted, theme]) => innerWidth === wanted && document.documentElement.dataset.theme === theme, [width, colorScheme]);
      const found = await flaws(page);
      await shot(page, folder, `${name}-${colorScheme}-${width}`);
      wrong.push(...found.axe, ...(found.tooWide ? [`${name} ${colorScheme} is wider than ${width} px`] : []));
    }
  }
  return wrong;
}

export async function signedIn(browser, url, folder, login) {
  const page = await open(browser, url);
  const link = page.getByRole("link", { name: /^Sign in with/ });
  await link.waitFor();
  await shot(page, folder, "sign-in-provider");
  const wrong = await everywhere(page, folder, "sign-in");
  await signInAs(page, login);
  await page.waitForSelector(".frame");
  const who = await page.locator(".person").innerText();
  await openView(page, "Quarantine");
  await page.waitForSelector(".inset.tools");
  await page.locator("tbody input[type=checkbox]").first().check();
  const drop = page.getByRole("button", { name: "Drop", exact: true });
  await page.waitForFunction(() => document.querySelector(".inset.tools .first").disabled === false || /role operate/.test(document.querySelector(".inset.tools").innerText));
  const mayDrop = await drop.isEnabled();
  let done = "";
  if (mayDrop) {
    await drop.click();
    await page.getByRole("dialog").getByRole("button", { name: /^Drop .* for good$/ }).click();
    await page.waitForSelector(".done");
    done = await page.locator(".done").innerText();
  }
  await shot(page, folder, `signed-in-${login}`, false);
  await openView(page, "Policies");
  await page.getByRole("heading", { name: "Promoted", exact: true }).waitFor();
  const figures = await page.evaluate(() => Promise.all([{ "x-headwater-console": "1" }, {}].map((headers) => fetch("/personalizer/v1.0/figures", { headers }).then((answer) => answer.status))));
  wrong.push(...(await everywhere(page, folder, "signed-in")));
  const kept = await page.evaluate(() => ({ session: { ...sessionStorage }, local: { ...localStorage }, cookie: document.cookie }));
  const foreign = await page.evaluate(() => fetch("/v1/serving").then((answer) => answer.status));
  await page.reload();
  await page.waitForSelector(".frame");
  const renewed = await page.evaluate(() => fetch("/console/auth/renew", { method: "POST", headers: { "x-headwater-console": "1" } }).then((answer) => answer.json()));
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: /yes/i }).click(); // the provider asks
  await page.waitForSelector(".sign-in");
  await page.getByRole("link", { name: /^Sign in with/ }).waitFor();
  const after = await page.evaluate(() => fetch("/v1/serving", { headers: { "x-headwater-console": "1" } }).then((answer) => answer.status));
  return { who, mayDrop, done, kept, foreign, renewed, after, wrong, figures, complaints: page.complaints };
}

export async function withoutRole(browser, url, folder, login) {
  const page = await open(browser, url);
  await page.getByRole("link", { name: /^Sign in with/ }).waitFor();
  await signInAs(page, login);
  await page.waitForSelector("#problem .notice");
  const problem = await page.locator("#problem").innerText();
  await shot(page, folder, "sign-in-no-role");
  return { problem, address: page.url(), inside: await page.locator(".frame").count() };
}
