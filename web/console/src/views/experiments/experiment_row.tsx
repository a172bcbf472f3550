/** An experiment in the list: its verdict and the difference of its best arm, from its report. */

import type { ArmFiguresJson, ExperimentJson, ExperimentReportJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { differenceOf, isKnown, relativeOf } from "../../lib/experiments/intervals";
import { reportOf } from "../../lib/experiments/loading";
import { metricName } from "../../lib/experiments/metrics";
import { isOpen, isVoid, placementsOf, stateOf, verdictOf, visitorsOf } from "../../lib/experiments/verdicts";
import { count, double, percent } from "../../lib/format";
import { useLoad } from "../../lib/load";
import { href } from "../../lib/router";
import { Ago, Badge } from "../../ui/parts";
import { EstimateText } from "./estimate_text";

const EVERY_MS = 15_000;

export function ExperimentRow({ experiment }: { experiment: ExperimentJson }) {
  const api = useApi();
  const { experimentId = "", state } = experiment;
  const loaded = useLoad(() => reportOf(api, experimentId), [api, experimentId, state], isOpen(experiment) ? EVERY_MS : 0);
  const [tone, word] = stateOf(experiment);
  return (
    <tr>
      <th scope="row" class="name-cell">
        <a href={href("experiments", experimentId)}>{experimentId}</a>
        <span class="second">
          {metricName(experiment.primary?.metric)}, {placementsOf(experiment)}, {percent(double(experiment.share), 0)} of visitors
        </span>
      </th>
      <Result experiment={experiment} report={loaded.data?.report} failed={loaded.error !== undefined} />
      <td class="right">{count(visitorsOf(experiment))}</td>
      <td>{(experiment.arms ?? []).map((arm) => arm.armId).join(", ")}</td>
      <td>
        <Badge tone={tone}>{word}</Badge>
        <span class="second">
          <Ago time={experiment.stopTime ?? experiment.startTime ?? experiment.createTime} />
        </span>
      </td>
    </tr>
  );
}

function Result({ experiment, report, failed }: { experiment: ExperimentJson; report: ExperimentReportJson | undefined; failed: boolean }) {
  const verdict = verdictOf(report?.verdict ?? experiment.verdict);
  if (!report) {
    return (
      <>
        <td class="nowrap" title={verdict.meaning}>
          <Badge tone={verdict.tone}>{verdict.text}</Badge>
        </td>
        <td class="faint">{failed ? "not available" : "loading…"}</td>
      </>
    );
  }
  const arm = armOf(report);
  const figures = isVoid(report) ? undefined : arm?.metrics?.[0];
  return (
    <>
      <td class="nowrap" title={verdict.meaning}>
        <Badge tone={verdict.tone}>{verdict.text}</Badge>
      </td>
      <td>
        {figures && <EstimateText figures={figures} currency={report.currencyCode ?? ""} />}
        {figures && isKnown(differenceOf(figures)) && <span class="second">{arm?.armId}</span>}
      </td>
    </>
  );
}

/** The arm that the verdict is about: of those with that verdict, the one with the largest difference. */
function armOf(report: ExperimentReportJson): ArmFiguresJson | undefined {
  const arms = (report.arms ?? []).slice(1);
  const less = report.experiment?.primary?.direction === "METRIC_DIRECTION_DECREASE";
  const gain = (arm: ArmFiguresJson) => {
    const figures = arm.metrics?.[0] ?? {};
    const change = relativeOf(figures).value ?? differenceOf(figures).value ?? -Infinity;
    return less && change !== -Infinity ? -change : change;
  };
  const same = arms.filter((arm) => arm.verdict === report.verdict);
  return (same.length ? same : arms).toSorted((one, other) => gain(other) - gain(one))[0];
}
