/** The calls to one process: rates, latencies and results. */

import type { CallFiguresJson, GetServingResponseJson } from "../api/types";
import { bytes, count, duration, int, method, ms, rate } from "../lib/format";
import { Badge, Facts } from "../ui/parts";
import { Table } from "../ui/table";

const COLUMNS = ["Method", "Per second>", "p50>", "p90>", "p99>", "In progress>", "Completed, by status"];

export function Calls({ serving }: { serving: GetServingResponseJson }) {
  const budget = int(serving.memoryBudgetBytes);
  return (
    <>
      <div style={{ padding: "4px 16px 16px", maxWidth: "560px" }}>
        <Facts
          facts={[
            ["Reads", <Served yes={serving.readsServed ?? false} />],
            ["Feedback and writes", <Served yes={serving.writesServed ?? false} why={serving.detail ?? ""} />],
            ["Uptime", duration(int(serving.uptimeMs))],
            ["Memory", `${bytes(serving.memoryBytes)}${budget ? ` of ${bytes(budget)}` : ""}; model state ${bytes(serving.stateMemoryBytes)}`],
            ["Pending writes", count(serving.operationsWaiting)],
          ]}
        />
      </div>
      <Table label="Calls by method" columns={COLUMNS} tight>
        {(serving.calls ?? []).map((one) => (
          <Row key={one.call} figures={one} />
        ))}
      </Table>
    </>
  );
}

function Served({ yes, why = "" }: { yes: boolean; why?: string }) {
  return (
    <>
      <Badge tone={yes ? "good" : "bad"}>{yes ? "accepted" : "rejected"}</Badge> {!yes && why}
    </>
  );
}

function Row({ figures }: { figures: CallFiguresJson }) {
  return (
    <tr>
      <td title={figures.call}>{method(figures.call)}</td>
      <td class="right">{rate(figures.callsPerSecond)}</td>
      <td class="right">{ms(figures.latencyP50Ms)}</td>
      <td class="right">{ms(figures.latencyP90Ms)}</td>
      <td class="right">{ms(figures.latencyP99Ms)}</td>
      <td class="right">{count(figures.underWay)}</td>
      <td>
        <span class="row" style={{ gap: "6px" }}>
          {Object.entries(figures.counts ?? {}).map(([status, number]) => (
            <Badge key={status} tone={status === "OK" ? "" : "warn"}>
              {status} {count(number)}
            </Badge>
          ))}
        </span>
      </td>
    </tr>
  );
}
