/** A person signs in at the provider, works, and signs out. */
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

export async function signedIn(browser, url, folder, login) {
  const page = await open(browser, url);
  const link = page.getByRole("link", { name: /^Sign in with/ });
  await link.waitFor();
  await shot(page, folder, "sign-in-provider");
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
  return { who, mayDrop, done, kept, foreign, renewed, after, complaints: page.complaints };
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
