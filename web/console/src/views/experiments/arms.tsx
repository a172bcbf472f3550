/** The arms: policy, visitors, the mean of the primary metric, and whether they are open. */

import { useState } from "preact/hooks";

import type { ArmFiguresJson, ExperimentArmJson, ExperimentReportJson } from "../../api/types";
import { amount, metricName } from "../../lib/experiments/metrics";
import { isOpen } from "../../lib/experiments/verdicts";
import { count, double, percent } from "../../lib/format";
import { href } from "../../lib/router";
import type { OnDone } from "../../lib/changes";
import type { Permission } from "../../lib/scopes";
import { Ago, Badge, Card } from "../../ui/parts";
import { Table } from "../../ui/table";
import { ClosingArm } from "./stopping";

interface ArmsProps {
  report: ExperimentReportJson;
  permission: Permission;
  onDone: OnDone;
}

export function Arms({ report, permission, onDone }: ArmsProps) {
  const metric = report.experiment?.primary?.metric ?? "";
  const [closing, setClosing] = useState("");
  return (
    <Card
      title="Arms"
      note="A visitor stays in one arm and counts from the first list of it that was reported as seen. After ±: the standard error, how far such a mean is usually from the true one."
      flush
    >
      <Table label="Arms" columns={["Arm", "Policy", "Planned share>", "Visitors>", `${metricName(metric)}>`, "State", ""]}>
        {(report.arms ?? []).map((arm, place) => (
          <Row key={arm.armId} arm={arm} given={report.experiment?.arms?.[place] ?? {}} report={report} isControl={place === 0}>
            {place > 0 && !arm.closeTime && isOpen(report.experiment ?? {}) && (
              <button type="button" class="button" disabled={!permission.may} title={permission.why} onClick={() => setClosing(arm.armId ?? "")}>
                Close arm <span class="hidden">{arm.armId}</span>
              </button>
            )}
          </Row>
        ))}
      </Table>
      {closing && <ClosingArm experiment={report.experiment ?? {}} armId={closing} onDone={onDone} onClose={() => setClosing("")} />}
    </Card>
  );
}

interface RowProps {
  arm: ArmFiguresJson;
  given: ExperimentArmJson;
  report: ExperimentReportJson;
  isControl: boolean;
  children: preact.ComponentChildren;
}

function Row({ arm, given, report, isControl, children }: RowProps) {
  const figures = arm.metrics?.[0] ?? {};
  const text = (value: typeof figures.mean) => amount(figures.metric ?? "", value, report.currencyCode ?? "");
  const isMeasured = figures.mean !== undefined && figures.standardError !== undefined;
  return (
    <tr>
      <th scope="row">
        {arm.armId} {isControl && arm.armId !== "control" && <Badge>control</Badge>} {report.experiment?.winnerArmId === arm.armId && <Badge tone="good">promoted</Badge>}
      </th>
      <td>{arm.policyId ? <a href={href("policies")}>{arm.policyId}</a> : <span class="soft">settings in force</span>}</td>
      <td class="right">{percent(double(given.weight), 0)}</td>
      <td class="right">{count(arm.visitors)}</td>
      <td class="right nowrap">{isMeasured ? `${text(figures.mean)} ± ${text(figures.standardError)}` : <span class="faint">not known yet</span>}</td>
      <td>
        <ArmState arm={arm} />
      </td>
      <td class="right">{children}</td>
    </tr>
  );
}

function ArmState({ arm }: { arm: ArmFiguresJson }) {
  if (!arm.closeTime) return <Badge tone="good">open</Badge>;
  return (
    <>
      <Badge tone="warn">closed</Badge> <Ago time={arm.closeTime} />
      <span class="second why">{arm.closeReason}</span>
    </>
  );
}
