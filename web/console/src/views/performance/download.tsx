/** Downloads all rows of the period as CSV, by day and group. */

import { useState } from "preact/hooks";

import { errorText } from "../../api/errors";
import type { GetPerformanceResponseJson, PerformanceRowJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { memorySink } from "../../lib/export";
import { csvOf, daysAsked, type Group, offsetOf, type Period } from "../../lib/performance";

const PAGE = 1_000;

export function Download({ days, by }: { days: Period; by: Group }) {
  const api = useApi();
  const [problem, setProblem] = useState("");
  const download = async () => {
    try {
      const rows: PerformanceRowJson[] = [];
      const query = { ...(await daysAsked(api, days)), groupBy: ["day", by], pageSize: PAGE };
      let pageToken = "";
      let offsetMs = 0;
      do {
        const page = await api.get<GetPerformanceResponseJson>("/v1/performance", { ...query, pageToken });
        offsetMs = offsetOf(page);
        rows.push(...(page.rows ?? []));
        pageToken = page.nextPageToken ?? "";
      } while (pageToken);
      const sink = memorySink(`headwater-performance-by-${by}.csv`);
      await sink.write(`${csvOf(rows, offsetMs)}\n`);
      await sink.close();
      setProblem("");
    } catch (error) {
      setProblem(errorText(error));
    }
  };
  return (
    <>
      <button type="button" class="button" onClick={() => void download()}>
        Download CSV
      </button>
      {problem && <span role="alert">{problem}</span>}
    </>
  );
}
