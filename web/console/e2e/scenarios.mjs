/** An operator's tasks, one function each; what the page shows is returned as JSON. */
import { enter, open, shot, signIn, texts, openView } from "./browser.mjs";

/** Sign in with an invalid key, and with a page's key. */
export async function refused(browser, url, folder, wrong, pageKey) {
  const page = await open(browser, url);
  const messages = [];
  for (const key of [wrong, pageKey]) {
    await signIn(page, key);
    await page.waitForSelector("#problem .notice");
    await page.waitForSelector("button:enabled");
    messages.push(await page.locator("#problem").innerText());
    await page.fill("input[name=key]", "");
    await page.waitForTimeout(0);
  }
  await shot(page, folder, "sign-in");
  const kept = await page.evaluate(() => ({ session: { ...sessionStorage }, local: { ...localStorage } }));
  return { messages, inside: await page.locator(".frame").count(), kept, complaints: page.complaints };
}

/** The key stays in the tab over a reload, until the operator signs out. */
export async function session(browser, url, _folder, key) {
  const page = await enter(browser, url, key);
  const local = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  await page.reload();
  await page.waitForSelector(".frame");
  await page.locator("button", { hasText: "Sign out" }).click();
  await page.waitForSelector(".sign-in");
  const left = await page.evaluate(() => sessionStorage.length);
  return { inLocalStorage: local.includes(key), left };
}

export async function overview(browser, url, folder, key) {
  const page = await enter(browser, url, key);
  await page.waitForSelector(".uplot canvas");
  await page.waitForFunction(() => /\d %/.test(document.querySelector(".tile dd")?.textContent ?? ""));
  const health = await page.locator(".health strong").innerText();
  await shot(page, folder, "overview");
  await page.locator("button", { hasText: "Dark" }).click();
  await shot(page, folder, "overview-dark");
  return {
    tiles: Object.fromEntries(await page.locator(".tile").evaluateAll((all) => all.map((one) => [one.querySelector("dt").textContent, one.querySelector("dd").textContent]))),
    placements: await texts(page, "section[aria-label='By placement and policy'] th[scope=row]"),
    charts: await page.locator("figure.chart").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label"))),
    theme: await page.evaluate(() => document.documentElement.dataset.theme),
    health,
    complaints: page.complaints,
  };
}

export async function replicas(browser, url, folder, key) {
  const page = await enter(browser, url, key);
  await openView(page, "Replicas");
  await page.waitForSelector("tbody tr");
  await page.locator("button", { hasText: "Compare now" }).click();
  await page.waitForSelector(".notice.good, .notice.bad, .notice.warn");
  await shot(page, folder, "replicas");
  return {
    rows: await texts(page, "section[aria-label='Replicas of this catalogue'] tbody tr"),
    verdict: await page.locator(".notice").innerText(),
    methods: await texts(page, "section[aria-label='The process behind this page'] tbody td:first-child"),
    complaints: page.complaints,
  };
}

export async function quarantine(browser, url, folder, key, reason) {
  const page = await enter(browser, url, key);
  await openView(page, "Quarantine");
  await page.waitForSelector("tbody tr");
  const all = await page.locator("tbody tr").count();
  await page.keyboard.press("/");
  await page.keyboard.type(reason);
  await rowsContain(page, reason);
  const reasons = await texts(page, "tbody tr td:nth-child(3)");
  await page.locator("tbody tr button").first().click();
  const event = JSON.parse(await page.locator("tr.opened pre").innerText());
  await shot(page, folder, "quarantine");
  return { all, reasons, event, complaints: page.complaints };
}

/** Waits until there are rows and all of them contain a text. */
const rowsContain = (page, text) =>
  page.waitForFunction((wanted) => {
    const rows = [...document.querySelectorAll("tbody tr")];
    return rows.length > 0 && rows.every((row) => row.textContent.includes(wanted));
  }, text);

export async function catalogue(browser, url, folder, key, query) {
  const page = await enter(browser, url, key);
  await openView(page, "Catalogue");
  await page.waitForSelector("tbody tr");
  const first = await texts(page, "tbody tr:first-child td");
  await shot(page, folder, "catalogue", false);
  await page.locator("input.mono").fill("price <");
  const problem = await page.locator("[role=alert]").innerText();
  await page.locator("input.mono").fill("");
  await page.getByRole("combobox", { name: "Search ID or title" }).fill(query);
  await page.getByRole("option").first().waitFor();
  const suggested = await texts(page, "[role=option] .cut");
  await shot(page, folder, "catalogue-suggestions", false);
  await page.keyboard.press("Escape");
  await rowsContain(page, query);
  await page.locator("tbody tr a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector("section[aria-label^='Related items'] tbody tr");
  await shot(page, folder, "item");
  return {
    first,
    problem,
    suggested,
    item: await page.locator("h1").innerText(),
    similar: await texts(page, "section[aria-label^='Related items'] tbody tr td:first-child"),
    complaints: page.complaints,
  };
}

export async function actRates(browser, url, folder, key, placement, title) {
  const page = await enter(browser, url, key);
  await openView(page, "Catalogue");
  await page.locator("button:text-is('Best act rate')").click();
  await page.getByLabel("Placement").fill(placement);
  await page.locator("tbody tr").first().filter({ hasText: title }).filter({ hasText: "%" }).waitFor();
  const best = await texts(page, "tbody tr:first-child td");
  await shot(page, folder, "best-act-rate", false);
  await page.locator("tbody tr a").first().click();
  const card = "section[aria-label^='Act rate by placement']";
  await page.waitForSelector(`${card} tbody tr`);
  await shot(page, folder, "act-rates");
  return { best, rates: await texts(page, `${card} tbody tr:first-child td`), complaints: page.complaints };
}

export async function visitor(browser, url, folder, key, id) {
  const page = await enter(browser, url, key);
  await openView(page, "Visitors");
  await page.waitForSelector("tbody tr");
  const recent = await texts(page, "tbody th[scope=row]");
  await shot(page, folder, "visitors", false);
  await page.fill("input[name=id]", id.slice(1));
  await rowsContain(page, id.slice(1));
  const found = await texts(page, "tbody th[scope=row]");
  await page.fill("input[name=id]", id);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".contribution");
  await shot(page, folder, "visitor");
  const seen = {
    recent,
    found,
    history: await texts(page, "section[aria-label=History] tbody td:first-child a"),
    slots: await texts(page, ".slots .slot strong"),
    bars: await page.locator(".contribution .track i").count(),
    sentence: await page.locator(".slots .why p.soft").first().innerText(),
  };
  await page.fill("input[name=id]", id.slice(1));
  await page.locator("[role=option]", { hasText: id }).first().waitFor();
  await page.keyboard.press("ArrowDown");
  const active = await page.locator("[role=option][aria-selected=true]").innerText();
  await page.keyboard.press("Enter");
  await page.fill("input[name=id]", "an-unknown-visitor");
  await page.keyboard.press("Enter");
  await page.waitForSelector("h2:text-is('Unknown visitor')");
  await page.waitForSelector(".slots li");
  return { ...seen, active, unknown: await texts(page, ".slots .slot strong"), complaints: page.complaints };
}

/** Selects events, replays them, drops others, and does both for all. */
export async function quarantineWork(browser, url, folder, key, reason, readKey) {
  const looking = await enter(browser, url, readKey);
  await openView(looking, "Quarantine");
  await looking.locator("tbody input[type=checkbox]").first().check();
  await looking.waitForFunction(() => /scope model/.test(document.querySelector(".inset.tools").innerText));
  const disabled = await looking.locator(".inset.tools .button:is(button)").evaluateAll((all) => all.map((one) => one.disabled));
  const page = await enter(browser, url, key);
  await openView(page, "Quarantine");
  await page.waitForSelector("tbody tr");
  const before = await page.locator("tbody tr").count();
  await page.getByLabel("All shown").check();
  await page.getByRole("button", { name: "Replay", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await shot(page, folder, "quarantine-replay", false);
  await dialog.getByRole("button", { name: "Replay" }).click();
  await page.waitForSelector(".done");
  const replayed = await page.locator(".done").innerText();
  const results = await page.locator("details tbody tr").allInnerTexts();
  await shot(page, folder, "quarantine-replayed");
  await page.locator("button", { hasText: "Dark" }).click();
  await page.setViewportSize({ width: 390, height: 844 });
  await shot(page, folder, "quarantine-phone");
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByLabel("Filter by reason").fill(reason);
  await rowsContain(page, reason);
  await page.getByLabel("All shown").check();
  await page.getByRole("button", { name: "Drop", exact: true }).click();
  const warning = await dialog.innerText();
  await shot(page, folder, "quarantine-drop", false);
  await dialog.getByRole("button", { name: /^Drop .* for good$/ }).click();
  await page.waitForSelector(".done");
  const dropped = await page.locator(".done").innerText();
  await page.getByLabel("Filter by reason").fill("");
  await page.waitForFunction((most) => { const rows = document.querySelectorAll("[aria-label='Quarantined events'] tbody tr").length; return rows > 0 && rows < most; }, before);
  return { disabled, before, replayed, results, warning, dropped, left: await page.locator("[aria-label='Quarantined events'] tbody tr").count(), complaints: page.complaints };
}

export async function storage(browser, url, folder, key) {
  const page = await enter(browser, url, key);
  await openView(page, "Storage");
  await page.waitForSelector(".log-timeline");
  await shot(page, folder, "storage");
  return {
    facts: Object.fromEntries(await page.locator("dl.facts").evaluateAll((all) => all.flatMap((list) => [...list.querySelectorAll("dt")].map((name) => [name.textContent, name.nextElementSibling.textContent])))),
    complaints: page.complaints,
  };
}

/** Downloads events as CSV, and items; then signs in with a key that may not. */
export async function exported(browser, url, folder, key, readKey) {
  const page = await enter(browser, url, key);
  await openView(page, "Storage");
  // the dialog that asks for a file cannot be answered here
  await page.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }));
  const card = page.locator("section[aria-label=Export]");
  // the connection is lost in the middle of the first answer: the download goes on
  await page.route("**/v1/export/events?*", (route) => route.fulfill({ status: 200, contentType: "application/json", body: '{"text": "cut' }), { times: 1 });
  const files = {};
  for (const table of ["Events", "Items"]) {
    await card.locator("button", { hasText: new RegExp(`^${table}$`) }).click();
    if (table === "Events") await card.locator("button", { hasText: "CSV" }).click();
    const waiting = page.waitForEvent("download");
    await card.locator("button", { hasText: "Download" }).click();
    const download = await waiting;
    await download.saveAs(`${folder}/${download.suggestedFilename()}`);
    await card.locator(".notice.good").waitFor();
    files[download.suggestedFilename()] = await card.locator(".notice.good").innerText();
  }
  const reader = await enter(browser, url, readKey);
  await openView(reader, "Storage");
  const refused = reader.locator("section[aria-label=Export]");
  await refused.locator("button[disabled]", { hasText: "Download" }).waitFor();
  const why = await refused.locator("p.soft").innerText();
  return { files, why, complaints: [...page.complaints, ...reader.complaints] };
}

/** Imports each of `files` ({table, path}); returns what the card showed of each, and a key without the scope. */
export async function imported(browser, url, folder, key, readKey, files) {
  const page = await enter(browser, url, key);
  await openView(page, "Storage");
  const card = page.locator("section[aria-label=Import]");
  const shown = [];
  for (const { table, path } of JSON.parse(files)) {
    await card.locator("button", { hasText: new RegExp(`^${table}$`) }).click();
    await card.locator("input[type=file]").setInputFiles(path);
    await card.locator("button.first, .notice.bad").first().waitFor();
    const seen = { warnings: await texts(page, "section[aria-label=Import] li"), refused: await texts(page, "section[aria-label=Import] .notice.bad") };
    if (seen.refused.length === 0) {
      seen.facts = await texts(page, "section[aria-label=Import] dd");
      await shot(page, folder, `import-${shown.length}`);
      await card.locator("button.first").click();
      await card.locator(".notice.good, .notice.bad").first().waitFor();
      seen.done = await texts(page, "section[aria-label=Import] .notice");
    }
    shown.push(seen);
  }
  const reader = await enter(browser, url, readKey);
  await openView(reader, "Storage");
  const refused = reader.locator("section[aria-label=Import]");
  await refused.locator("input[disabled]").waitFor();
  return { shown, why: await refused.locator("p.soft").innerText(), complaints: [...page.complaints, ...reader.complaints] };
}

export async function settings(browser, url, folder, key) {
  const page = await enter(browser, url, key);
  await openView(page, "Settings");
  await page.waitForSelector("section[aria-label='In force'] tbody tr");
  await shot(page, folder, "settings");
  const rows = (name) => page.locator(`section[aria-label='${name}'] tbody tr`).evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.innerText.trim())));
  return {
    changes: await rows("Changes"),
    inForce: await rows("In force"),
    warnings: await texts(page, "section[aria-label=Warnings] li"),
    complaints: page.complaints,
  };
}

/** Links with a % that encodes nothing: each shows its view. */
export async function oddLinks(browser, url, _folder, key) {
  const page = await enter(browser, url, key);
  const titles = [];
  for (const link of ["#/catalogue/100%", "#/visitor/%", "#/%", "#/quarantine/%zz?reason=%"]) {
    await page.goto("about:blank");
    await page.goto(`${url}/console/${link}`);
    await page.waitForSelector("main h1");
    titles.push(await page.locator("main h1").innerText());
  }
  return { titles, complaints: page.complaints };
}
