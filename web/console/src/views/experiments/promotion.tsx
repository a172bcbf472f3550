/** Which arm may be put in force for everybody, and what stops the others. */

import { useState } from "preact/hooks";

import type { ArmFiguresJson, ExperimentReportJson, PromotePolicyResponseJson, PromotionBlockerJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { blockerOf } from "../../lib/experiments/blockers";
import { allPolicies } from "../../lib/experiments/loading";
import { useLoad } from "../../lib/load";
import { href } from "../../lib/router";
import { change, type OnDone } from "../../lib/changes";
import type { Permission } from "../../lib/scopes";
import { Confirm } from "../../ui/confirm";
import { Badge, Card } from "../../ui/parts";
import { WhenLoaded } from "../../ui/states";
import { OverrideValues } from "../policies/override_values";

const NO_POLICY: PromotionBlockerJson = { code: "", text: "it has no policy of its own: it answers by the settings in force." };

interface PromotionProps {
  report: ExperimentReportJson;
  permission: Permission;
  onDone: OnDone;
}

export function Promotion({ report, permission, onDone }: PromotionProps) {
  const { may, why } = permission;
  const [chosen, setChosen] = useState("");
  const arms = (report.arms ?? []).slice(1);
  const arm = arms.find((one) => one.armId === chosen);
  return (
    <Card title="Promotion" note="Puts an arm's policy in force for all visitors" size="narrow">
      <div class="stack">
        {why && <div class="notice">{why}</div>}
        {arms.map((one) => (
          <Arm key={one.armId} arm={one} isPromoted={report.experiment?.winnerArmId === one.armId} may={may} onPromote={() => setChosen(one.armId ?? "")} />
        ))}
      </div>
      {arm && <Promoting report={report} arm={arm} onDone={onDone} onClose={() => setChosen("")} />}
    </Card>
  );
}

interface ArmProps {
  arm: ArmFiguresJson;
  isPromoted: boolean;
  may: boolean;
  onPromote: () => void;
}

function Arm({ arm, isPromoted, may, onPromote }: ArmProps) {
  const blockers = arm.policyId ? (arm.blockers ?? []) : [NO_POLICY];
  if (isPromoted) {
    return (
      <p>
        <strong>{arm.armId}</strong> <Badge tone="good">promoted</Badge> <a href={href("policies")}>See it in force, or take it back</a>
      </p>
    );
  }
  return (
    <div class="stack" style={{ gap: "6px" }}>
      <div class="row">
        <strong class="grow">{arm.armId}</strong>
        <button type="button" class="button first" disabled={!may || blockers.length > 0} onClick={onPromote}>
          Promote <span class="hidden">{arm.armId}</span>
        </button>
      </div>
      {blockers.length > 0 ? <Blockers blockers={blockers} /> : <p class="soft">Nothing stops it: the arm is better, its guard rails are kept, and the split of visitors is as planned.</p>}
    </div>
  );
}

function Blockers({ blockers }: { blockers: readonly PromotionBlockerJson[] }) {
  return (
    <>
      <p class="soft">Not yet, because:</p>
      <ul class="list">
        {blockers.map(blockerOf).map(({ title, text }) => (
          <li key={text}>
            {title && <strong>{title}: </strong>}
            {text}
          </li>
        ))}
      </ul>
    </>
  );
}

interface PromotingProps {
  report: ExperimentReportJson;
  arm: ArmFiguresJson;
  onDone: OnDone;
  onClose: () => void;
}

function Promoting({ report, arm, onDone, onClose }: PromotingProps) {
  const api = useApi();
  const { policyId = "", armId = "" } = arm;
  const experimentId = report.experiment?.experimentId ?? "";
  const policies = useLoad(() => allPolicies(api), [api]);
  const promote = () =>
    change(onDone, `The policy ${policyId} is in force for all visitors.`, () => {
      const path = `/v1/policies/${encodeURIComponent(policyId)}:promote`;
      return api.post<PromotePolicyResponseJson>(path, { requireReport: { experimentId, armId } });
    });
  return (
    <Confirm title={`Promote ${policyId}?`} action="Promote" onConfirm={promote} onClose={onClose}>
      <p>From the next answer on, all visitors outside of experiments get lists by these values:</p>
      <WhenLoaded loaded={policies} lines={2}>
        {(data) => <OverrideValues overrides={data.policies.find((one) => one.policyId === policyId)?.overrides ?? {}} />}
      </WhenLoaded>
      <p>The experiment {experimentId} ends, because its control would get the same lists. The server checks once more that the report allows it. In the view Policies, Roll back takes it back.</p>
    </Confirm>
  );
}
