/** The difference of an arm's primary metric over time, with its interval as a band. */

import { useMemo, useState } from "preact/hooks";

import type { ArmFiguresJson, ExperimentReportJson } from "../../api/types";
import { differenceOf, type Estimate, isKnown, rangeText } from "../../lib/experiments/intervals";
import { amountChange, axisChange, changeUnit, metricName } from "../../lib/experiments/metrics";
import { isOpen } from "../../lib/experiments/verdicts";
import { clock, count, int } from "../../lib/format";
import { Chart } from "../../ui/chart";
import { Card, Choice, Empty } from "../../ui/parts";
import { Table } from "../../ui/table";

interface Look extends Estimate {
  time: number;
  visitors: number;
}

export function Timeline({ report }: { report: ExperimentReportJson }) {
  const arms = (report.arms ?? []).slice(1);
  const [chosen, setChosen] = useState("");
  const arm = arms.find((one) => one.armId === chosen) ?? arms[0];
  const looks = useMemo(() => looksOf(report, arm), [report, arm]);
  const metric = report.experiment?.primary?.metric ?? "";
  const currency = report.currencyCode ?? "";
  const format = (value: number) => amountChange(metric, value, currency);
  return (
    <Card
      title="Difference over time"
      note={`${metricName(metric)}, ${arm?.armId} minus the control, ${changeUnit(metric, currency)}. The band is the interval; above or below the line at 0 as a whole, it is a result.`}
      tools={
        arms.length > 1 && (
          <Choice label="Arm" options={arms.map(({ armId = "" }) => [armId, armId] as const)} value={arm?.armId ?? ""} onChange={setChosen} />
        )
      }
    >
      {looks.length < 2 ? <TooEarly isOpen={isOpen(report.experiment ?? {})} /> : <Drawn looks={looks} label={`${metricName(metric)}, ${arm?.armId} against the control`} format={format} axis={(value) => axisChange(metric, value)} />}
    </Card>
  );
}

function TooEarly({ isOpen }: { isOpen: boolean }) {
  return (
    <Empty icon="overview" title={isOpen ? "The line begins at the second look" : "Too few looks for a line"}>
      The server looks at the figures every 1,000 events, once visitors have seen a list of each arm.
    </Empty>
  );
}

interface DrawnProps {
  looks: readonly Look[];
  label: string;
  format: (value: number) => string;
  axis: (value: number) => string;
}

function Drawn({ looks, label, format, axis }: DrawnProps) {
  const times = useMemo(() => looks.map((look) => look.time), [looks]);
  const lines = useMemo(() => {
    const values = (of: (look: Look) => number | undefined) => looks.map((look) => of(look) ?? null);
    return [
      { label: "difference", hue: 1, values: values((look) => look.value) },
      { label: "upper end", hue: 1, dashed: true, values: values((look) => look.high) },
      { label: "lower end", hue: 1, dashed: true, values: values((look) => look.low) },
    ];
  }, [looks]);
  return (
    <>
      <Chart label={label} times={times} lines={lines} band={[1, 2]} zero format={format} axis={axis} height={240} />
      <details>
        <summary>Show as a table</summary>
        <Table label={`${label}, by look`} columns={["Time", "Visitors>", "Difference>", "Interval>"]}>
          {looks.toReversed().map((look) => (
            <tr key={look.time}>
              <td class="nowrap">{clock(look.time)}</td>
              <td class="right">{count(look.visitors)}</td>
              <td class="right nowrap">{isKnown(look) ? format(look.value ?? 0) : "not known yet"}</td>
              <td class="right nowrap">{isKnown(look) ? rangeText(look, format) : ""}</td>
            </tr>
          ))}
        </Table>
      </details>
    </>
  );
}

/** The looks of an arm in order of time, and what the report says now. */
function looksOf(report: ExperimentReportJson, arm: ArmFiguresJson | undefined): Look[] {
  const looks: Look[] = (report.looks ?? [])
    .filter((look) => look.armId === arm?.armId)
    .map((look) => ({ ...differenceOf(look), time: Date.parse(look.lookTime ?? ""), visitors: int(look.visitors) }));
  const figures = arm?.metrics?.[0];
  const now = Date.parse(arm?.closeTime ?? report.experiment?.stopTime ?? report.reportTime ?? "");
  if (figures && Number.isFinite(now) && now > (looks.at(-1)?.time ?? 0)) {
    const visitors = int(arm?.visitors) + int(report.arms?.[0]?.visitors);
    looks.push({ ...differenceOf(figures), time: now, visitors });
  }
  return looks.filter(isKnown);
}
