/** Whether the arms have the visitors that their weights say. */

import type { ExperimentReportJson } from "../../api/types";
import { count, decimal, double, int, percent } from "../../lib/format";
import { Icon } from "../../ui/icons";
import { Card } from "../../ui/parts";
import { Table } from "../../ui/table";

const CHECKS = [
  "Do the pages of one arm fail, load slowly or redirect? Their visitors never report that they saw a list.",
  "Do all pages that show lists send impression events with the token of the list, in every arm?",
  "Are robots or caches in front of one arm only?",
  "Did a release during the experiment change how lists are requested or reported?",
];

export function SampleRatio({ report }: { report: ExperimentReportJson }) {
  const alarm = report.sampleRatio?.alarm ?? false;
  return (
    <Card title="Split of visitors" note="If an arm has other visitors than planned, the comparison is not fair" size={alarm ? "" : "third"} flush>
      <div class="inset">{alarm ? <Alarm /> : <AsPlanned report={report} />}</div>
      <Shares report={report} />
    </Card>
  );
}

function Alarm() {
  return (
    <div class="notice bad" role="alert">
      <Icon name="quarantine" />
      <div>
        <strong>The split is not as planned: the figures of this experiment are void.</strong> With the planned split this happens in at most 1 of 100 experiments. Find where visitors of one arm are lost, then
        create a new experiment. Check:
        <ul class="list">
          {CHECKS.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function AsPlanned({ report }: { report: ExperimentReportJson }) {
  const arms = report.arms ?? [];
  if (arms.every((arm) => int(arm.visitors) === 0)) return <p class="soft">Nobody has seen a list of the experiment yet.</p>;
  if (arms.some((arm) => arm.closeTime)) {
    return <p class="soft">An arm is closed and nobody new enters it, so the split says nothing any more. Until then it was as planned.</p>;
  }
  return (
    <p class="soft">
      <Icon name="check" size={15} /> As planned, as far as chance allows (evidence against it {decimal(report.sampleRatio?.eValue, 2)}; an alarm is given at 100).
    </p>
  );
}

function Shares({ report }: { report: ExperimentReportJson }) {
  const total = (report.arms ?? []).reduce((sum, arm) => sum + int(arm.visitors), 0);
  return (
    <Table label="Split of visitors" columns={["Arm", "Planned>", "Seen>", "Visitors>"]}>
      {(report.arms ?? []).map((arm, place) => (
        <tr key={arm.armId}>
          <th scope="row">{arm.armId}</th>
          <td class="right">{percent(double(report.experiment?.arms?.[place]?.weight), 1)}</td>
          <td class="right">{total ? percent(int(arm.visitors) / total, 1) : "–"}</td>
          <td class="right">{count(arm.visitors)}</td>
        </tr>
      ))}
    </Table>
  );
}
