/** Experiments, reports and policies, as the views ask for them. */

import type { Api } from "../../api/client";
import type {
  ExperimentJson,
  GetExperimentReportResponseJson,
  ListExperimentsResponseJson,
  ListPoliciesResponseJson,
  PolicyJson,
  PromotionJson,
} from "../../api/types";

const PAGE = 100; // the server keeps no more experiments or policies than that
const PAGES_MAX = 20;

export interface Policies {
  policies: readonly PolicyJson[];
  /** The stack of promotions, the latest one last. */
  promotions: readonly PromotionJson[];
}

export function reportOf(api: Api, experimentId: string, minOffset = ""): Promise<GetExperimentReportResponseJson> {
  return api.get(`/v1/experiments/${encodeURIComponent(experimentId)}:report`, { minOffset });
}

/** All experiments: running ones first, then the newest. */
export async function allExperiments(api: Api): Promise<ExperimentJson[]> {
  const pages = await allPages<ListExperimentsResponseJson>((pageToken) =>
    api.get("/v1/experiments", { pageSize: PAGE, pageToken }),
  );
  return pages.flatMap((page) => page.experiments ?? []).sort(runningFirst);
}

export async function allPolicies(api: Api, minOffset = ""): Promise<Policies> {
  const pages = await allPages<ListPoliciesResponseJson>((pageToken) =>
    api.get("/v1/policies", { pageSize: PAGE, pageToken, minOffset }),
  );
  return {
    policies: pages.flatMap((page) => page.policies ?? []),
    promotions: pages.at(-1)?.promotions ?? [],
  };
}

async function allPages<Page extends { nextPageToken?: string }>(ask: (token: string) => Promise<Page>): Promise<Page[]> {
  const pages: Page[] = [];
  let token = "";
  do {
    const page = await ask(token);
    pages.push(page);
    token = page.nextPageToken ?? "";
  } while (token && pages.length < PAGES_MAX);
  return pages;
}

const ORDER = ["EXPERIMENT_STATE_RUNNING", "EXPERIMENT_STATE_SCHEDULED"];

function runningFirst(one: ExperimentJson, other: ExperimentJson): number {
  const place = ({ state }: ExperimentJson) => (state && ORDER.includes(state) ? ORDER.indexOf(state) : ORDER.length);
  const newest = Date.parse(other.createTime ?? "") - Date.parse(one.createTime ?? "");
  return place(one) - place(other) || newest || (one.experimentId ?? "").localeCompare(other.experimentId ?? "");
}
