/** Each metric of an arm against the control: never a figure without its interval. */

import { useState } from "preact/hooks";

import type { ArmFiguresJson, ExperimentReportJson, MetricFiguresJson } from "../../api/types";
import { differenceOf, isKnown, rangeText, relativeOf } from "../../lib/experiments/intervals";
import { amountChange, metricMeaning, metricName } from "../../lib/experiments/metrics";
import { verdictOf } from "../../lib/experiments/verdicts";
import { IntervalPlot, spanOf } from "../../ui/interval_plot";
import { Badge, Card, Choice } from "../../ui/parts";
import { Table } from "../../ui/table";
import { EstimateText } from "./estimate_text";
import { MoreFigures } from "./more_figures";

const COLUMNS = ["Metric", "Change against the control", "Interval around 0", "In the metric's unit>", "What it says"];

export function Comparison({ report }: { report: ExperimentReportJson }) {
  const arms = (report.arms ?? []).slice(1);
  const [chosen, setChosen] = useState("");
  const arm = arms.find((one) => one.armId === chosen) ?? arms[0];
  return (
    <Card
      title="All metrics"
      note={`${arm?.armId ?? ""} against the control. The first one decides; the others show what else changes. A dotted line is a guard rail.`}
      tools={
        arms.length > 1 && (
          <Choice label="Arm of the metrics" options={arms.map(({ armId = "" }) => [armId, armId] as const)} value={arm?.armId ?? ""} onChange={setChosen} />
        )
      }
      flush
    >
      {arm && <Metrics arm={arm} report={report} />}
    </Card>
  );
}

function Metrics({ arm, report }: { arm: ArmFiguresJson; report: ExperimentReportJson }) {
  const metrics = arm.metrics ?? [];
  const span = spanOf(metrics.map(relativeOf).filter(isKnown));
  const less = report.experiment?.primary?.direction === "METRIC_DIRECTION_DECREASE";
  return (
    <>
      <Table label={`All metrics of ${arm.armId}`} columns={COLUMNS}>
        {metrics.map((figures, place) => (
          <Row key={figures.metric} figures={figures} span={span} isPrimary={place === 0} less={less && place === 0} currency={report.currencyCode ?? ""} />
        ))}
      </Table>
      <MoreFigures arm={arm} currency={report.currencyCode ?? ""} />
    </>
  );
}

interface RowProps {
  figures: MetricFiguresJson;
  span: number;
  isPrimary: boolean;
  less: boolean;
  currency: string;
}

function Row({ figures, span, isPrimary, less, currency }: RowProps) {
  const relative = relativeOf(figures);
  const difference = differenceOf(figures);
  const format = (value: number) => amountChange(figures.metric ?? "", value, currency);
  const limit = typeof figures.worstRelative === "number" ? figures.worstRelative : undefined;
  return (
    <tr>
      <th scope="row">
        {metricName(figures.metric)} {isPrimary && <Badge tone="accent">decides</Badge>}
        {less && <Badge>less is better</Badge>}
        <span class="second why">{metricMeaning(figures.metric)}</span>
      </th>
      <td>
        <EstimateText figures={figures} currency={currency} />
      </td>
      <td>{isKnown(relative) && <IntervalPlot estimate={relative} span={span} less={less} limit={limit} />}</td>
      <td class="right nowrap">
        {isKnown(difference) ? (
          <>
            {format(difference.value ?? 0)}
            <span class="second">{rangeText(difference, format)}</span>
          </>
        ) : (
          <span class="faint">not known yet</span>
        )}
      </td>
      <td>
        <Says figures={figures} />
      </td>
    </tr>
  );
}

function Says({ figures }: { figures: MetricFiguresJson }) {
  const { tone, text, meaning } = verdictOf(figures.crossed ? "EXPERIMENT_VERDICT_GUARD_RAIL_CROSSED" : figures.verdict);
  return (
    <span title={meaning}>
      <Badge tone={tone}>{text}</Badge>
    </span>
  );
}
