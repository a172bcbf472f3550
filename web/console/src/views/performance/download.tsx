/** Downloads all rows of the period as CSV, by day and group. */

import { useState } from "preact/hooks";

import { errorText } from "../../api/errors";
import type { GetPerformanceResponseJson, PerformanceRowJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { memorySink } from "../../lib/export";
import { count } from "../../lib/format";
import { patiently } from "../../lib/patience";
import { csvOf, daysAsked, type Group, offsetOf, type Period } from "../../lib/performance";

const PAGE = 1_000;

export function Download({ days, by }: { days: Period; by: Group }) {
  const api = useApi();
  const [problem, setProblem] = useState("");
  const [read, setRead] = useState<number>();
  const download = async () => {
    setRead(0);
    setProblem("");
    try {
      const rows: PerformanceRowJson[] = [];
      const query = { ...(await daysAsked(api, days)), groupBy: ["day", by], pageSize: PAGE };
      let pageToken = "";
      let offsetMs = 0;
      do {
        const asked = { ...query, pageToken };
        const page = await patiently(() => api.get<GetPerformanceResponseJson>("/v1/performance", asked));
        offsetMs = offsetOf(page);
        rows.push(...(page.rows ?? []));
        setRead(rows.length);
        pageToken = page.nextPageToken ?? "";
      } while (pageToken);
      const sink = memorySink(`headwater-performance-by-${by}.csv`);
      await sink.write(`${csvOf(rows, offsetMs)}\n`);
      await sink.close();
    } catch (error) {
      setProblem(errorText(error));
    }
    setRead(undefined);
  };
  return (
    <>
      <button type="button" class="button" disabled={read !== undefined} onClick={() => void download()}>
        {read === undefined ? "Download CSV" : `${count(read)} rows…`}
      </button>
      {problem && <span role="alert">{problem}</span>}
    </>
  );
}
