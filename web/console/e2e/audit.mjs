/** What axe finds on the page that is open, and whether it is wider than the screen. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** One line for each element with a problem. */
export async function axe(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE); // as no script of the page: its policy holds
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target} ${node.html.slice(0, 120)}`));
}

export async function flaws(page) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined))));
  return { axe: await axe(page), tooWide: await page.evaluate(() => document.documentElement.scrollWidth > innerWidth) };
}
