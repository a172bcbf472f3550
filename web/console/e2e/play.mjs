/** node e2e/play.mjs SCENARIO URL FOLDER [ARGUMENT]: run it and print its result as JSON. */
import { launch } from "./browser.mjs";
import * as editing from "./editing.mjs";
import * as everyView from "./every_view.mjs";
import * as experiments from "./experiments.mjs";
import * as performance from "./performance.mjs";
import * as pictures from "./pictures.mjs";
import * as reference from "./reference.mjs";
import * as rules from "./rules.mjs";
import * as views from "./scenarios.mjs";
import * as signIn from "./sign_in.mjs";

const [, , name, url, folder, ...rest] = process.argv;
const scenarios = { ...views, ...editing, ...experiments, ...everyView, ...performance, ...pictures, ...reference, ...rules, ...signIn };
const browser = await launch();
try {
  console.log(JSON.stringify(await scenarios[name](browser, url, folder, ...rest)));
} finally {
  await browser.close();
}
