/** node traffic.mjs PLAYWRIGHT CHROMIUM PAGE COUNT: so many browsers shop; a line on stdin ends it. */
import { createInterface } from "node:readline";
import { launch } from "./launch.mjs";

const [, , playwright, executablePath, url, count] = process.argv;
const browser = await launch(playwright, executablePath);
const pages = [];
for (let n = 0; n < Number(count); n++) {
  const page = await (await browser.newContext()).newPage();
  page.on("pageerror", (error) => console.error(error.message));
  await page.goto(url);
  pages.push(page);
}
const all = (what) => Promise.all(pages.map((page) => page.evaluate(what)));
const say = (what) => console.log(JSON.stringify(what));

let over = false;
createInterface({ input: process.stdin }).once("line", () => (over = true));
while (!over) {
  say({ acknowledged: (await all("window.acknowledged.length")).reduce((sum, n) => sum + n, 0) });
  await new Promise((go) => setTimeout(go, 100));
}
await all("window.leave()");
say({ ids: (await all("window.acknowledged")).flat(), problems: (await all("window.problems")).flat() });
await browser.close();
process.exit(0); // stdin may be open
