/** What must not become worse: how far each arm is from it, and which arm was closed by it. */

import type { ArmFiguresJson, ExperimentReportJson, MetricFiguresJson } from "../../api/types";
import { isKnown, relativeOf } from "../../lib/experiments/intervals";
import { metricName, relativeChange } from "../../lib/experiments/metrics";
import { double } from "../../lib/format";
import { Ago, Badge, Card, Empty } from "../../ui/parts";
import { Table } from "../../ui/table";
import { EstimateText } from "./estimate_text";

export function GuardRails({ report }: { report: ExperimentReportJson }) {
  const rails = report.experiment?.guardRails ?? [];
  const arms = (report.arms ?? []).slice(1);
  return (
    <Card title="Guard rails" note="An arm is closed by the server as soon as its whole interval is below the line, on every replica at the same moment" size="two-thirds" flush>
      {rails.length === 0 ? (
        <Empty icon="policies" title="No guard rails">
          Nothing closes an arm by itself. Add some to the experiment's file, such as metric "revenue" and worst_relative -0.05, and send it again.
        </Empty>
      ) : (
        <Table label="Guard rails" columns={["Metric", "Arm", "Accepted>", "Change", "State"]}>
          {rails.flatMap((rail) =>
            arms.map((arm) => (
              <Row key={`${rail.metric} ${arm.armId}`} arm={arm} worst={double(rail.worstRelative)} metric={rail.metric ?? ""} currency={report.currencyCode ?? ""} />
            )),
          )}
        </Table>
      )}
    </Card>
  );
}

interface RowProps {
  arm: ArmFiguresJson;
  metric: string;
  worst: number;
  currency: string;
}

function Row({ arm, metric, worst, currency }: RowProps) {
  const figures = (arm.metrics ?? []).find((one) => one.metric === metric) ?? {};
  return (
    <tr>
      <th scope="row">{metricName(metric)}</th>
      <td>{arm.armId}</td>
      <td class="right nowrap">{worst === 0 ? "no loss" : `down to ${relativeChange(worst)}`}</td>
      <td>
        <EstimateText figures={figures} currency={currency} />
      </td>
      <td>
        <RailState arm={arm} figures={figures} worst={worst} />
      </td>
    </tr>
  );
}

function RailState({ arm, figures, worst }: { arm: ArmFiguresJson; figures: MetricFiguresJson; worst: number }) {
  if (figures.crossed) {
    return (
      <>
        <Badge tone="bad">crossed</Badge>
        <span class="second why">
          The arm was closed <Ago time={arm.closeTime} />: {arm.closeReason}
        </span>
      </>
    );
  }
  const change = relativeOf(figures);
  if (!isKnown(change)) return <Badge>not known yet</Badge>;
  if (change.low !== undefined && change.low >= worst) return <Badge tone="good">kept</Badge>;
  return <Badge tone="">not crossed</Badge>;
}
