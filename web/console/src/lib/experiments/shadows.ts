/** What `headwater shadow` found, as the view shows it. */

import type { Api } from "../../api/client";
import type { EvaluationJson, ListEvaluationsResponseJson, ShadowFigureJson } from "../../api/types";
import { decimal, double, percent } from "../format";
import { type Estimate, estimate } from "./intervals";

const PAGE = 20;
const PAGES_MAX = 5; // the server keeps 50 reports
/** A report that is overdue by so many times its interval means that the shadow has stopped. */
const OVERDUE = 3;
/** A report itself takes time, and so does the page until it asks again. */
const SLACK_MS = 90_000;

export type ShadowEvaluation = EvaluationJson & { shadow: NonNullable<EvaluationJson["shadow"]> };

/** All shadows, the newest report first: of one that stopped, the last report may be an old one. */
export async function allShadows(api: Api): Promise<ShadowEvaluation[]> {
  const found: ShadowEvaluation[] = [];
  let pageToken = "";
  for (let pages = 0; pages < PAGES_MAX && (pages === 0 || pageToken); pages += 1) {
    const page: ListEvaluationsResponseJson = await api.get("/v1/evaluations", { pageSize: PAGE, pageToken, view: "EVALUATION_VIEW_SUMMARY" });
    found.push(...(page.evaluations ?? []).filter(isShadow));
    pageToken = page.nextPageToken ?? "";
  }
  return found;
}

export function isShadow(one: EvaluationJson): one is ShadowEvaluation {
  return one.shadow !== undefined;
}

/** Whether it was folded to the log's end once, and ended. */
export function isOneRun(one: ShadowEvaluation): boolean {
  return double(one.shadow.publishSeconds) === 0;
}

/** A difference with its sign. */
export function changeText(words: Words, value: number): string {
  const sign = value > 0 ? "+" : value < 0 ? "−" : "±";
  return words.isShare ? `${sign}${decimal(100 * Math.abs(value), 1)} points` : `${sign}${words.format(Math.abs(value))}`;
}

/** Whether no report has come for so long that none is on its way. */
export function hasStopped(one: ShadowEvaluation, now: number): boolean {
  const last = Date.parse(one.createTime ?? "");
  return now - last > OVERDUE * 1000 * double(one.shadow.publishSeconds) + SLACK_MS;
}

interface Words {
  name: string;
  meaning: string;
  /** Whether a larger value is better; undefined: neither. */
  upIsBetter?: boolean;
  format: (value: number) => string;
  /** Whether it is a share, so that differences are in points. */
  isShare: boolean;
  /** Whether it is a mean of observations, which has an interval once there are enough. */
  isMean: boolean;
}

const share = (value: number) => percent(value, 1);
const plain = (value: number) => decimal(value, 4);

const WORDS: Record<string, Words> = {
  agreement_top_item: { name: "Same first item", meaning: "share of lists that would begin with the item that was shown first", format: share, isShare: true, isMean: true },
  agreement_items: { name: "Items in common", meaning: "share of its items that were shown, too", format: share, isShare: true, isMean: true },
  hit_rate_at_20: { name: "Hit rate at 20", meaning: "share of interactions whose item was among its first 20, before it was learned", upIsBetter: true, format: share, isShare: true, isMean: true },
  log_loss: { name: "Log loss", meaning: "how far the predicted chances of an act are off; less is better", upIsBetter: false, format: plain, isShare: false, isMean: true },
  log_loss_base_rate: { name: "Log loss of the base rate", meaning: "the same for a prediction that knows only the mean", format: plain, isShare: false, isMean: true },
  calibration_error: { name: "Calibration error", meaning: "distance between predicted chances and shares of acts; a mean of bins, without an interval", upIsBetter: false, format: plain, isShare: false, isMean: false },
};

export function wordsOf(name = ""): Words {
  return WORDS[name] ?? { name: name.replaceAll("_", " "), meaning: "", format: plain, isShare: false, isMean: true };
}

export function ofShadow(one: ShadowFigureJson): Estimate {
  return estimate(one.value, one.low, one.high);
}

export function ofChampion(one: ShadowFigureJson): Estimate {
  return estimate(one.champion, one.championLow, one.championHigh);
}

export function ofDifference(one: ShadowFigureJson): Estimate {
  return estimate(one.difference, one.differenceLow, one.differenceHigh);
}

/** What the interval of the difference says. */
export function findingOf(one: ShadowFigureJson): "better" | "worse" | "" {
  const { low, high } = ofDifference(one);
  const { upIsBetter } = wordsOf(one.name);
  if (low === undefined || high === undefined || upIsBetter === undefined || (low <= 0 && high >= 0)) return "";
  return low > 0 === upIsBetter ? "better" : "worse";
}
