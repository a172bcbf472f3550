/** The promotions, the latest one first: that is the one that can be taken back. */

import { useState } from "preact/hooks";

import type { PromotionJson, RollbackPolicyResponseJson } from "../../api/types";
import { change, type OnDone } from "../../lib/changes";
import { useApi } from "../../lib/context";
import { effectiveOf } from "../../lib/experiments/overrides";
import { href } from "../../lib/router";
import type { Permission } from "../../lib/scopes";
import { Confirm } from "../../ui/confirm";
import { Ago, Badge, Empty } from "../../ui/parts";
import { Table } from "../../ui/table";
import { OverrideValues } from "./override_values";

interface StackProps {
  promotions: readonly PromotionJson[];
  permission: Permission;
  onDone: OnDone;
}

export function Stack({ promotions, permission, onDone }: StackProps) {
  const [asking, setAsking] = useState(false);
  const top = promotions.at(-1);
  if (!top) {
    return (
      <Empty icon="policies" title="Nothing is promoted">
        All visitors outside of experiments get lists by the settings. When an <a href={href("experiments")}>experiment</a> shows that a policy is better, its page has the button Promote.
      </Empty>
    );
  }
  return (
    <>
      {permission.why && (
        <div class="inset">
          <div class="notice">{permission.why}</div>
        </div>
      )}
      <Table label="Promoted" columns={["Policy", "Values", "Why", "Promoted", ""]}>
        {promotions.toReversed().map((one, place) => (
          <Row key={`${one.policyId} ${one.promoteTime} ${promotions.length - place}`} promotion={one}>
            {place === 0 ? (
              <button type="button" class="button" disabled={!permission.may} title={permission.why} onClick={() => setAsking(true)}>
                Roll back <span class="hidden">{one.policyId}</span>
              </button>
            ) : (
              <span class="faint">after the one above</span>
            )}
          </Row>
        ))}
      </Table>
      {asking && <RollingBack promotions={promotions} onDone={onDone} onClose={() => setAsking(false)} />}
    </>
  );
}

function Row({ promotion, children }: { promotion: PromotionJson; children: preact.ComponentChildren }) {
  return (
    <tr>
      <th scope="row">{promotion.policyId}</th>
      <td>
        <OverrideValues overrides={promotion.overrides ?? {}} />
      </td>
      <td>
        <Evidence promotion={promotion} />
      </td>
      <td>
        <Ago time={promotion.promoteTime} />
        <span class="second">by {promotion.who || "unknown"}</span>
      </td>
      <td class="right">{children}</td>
    </tr>
  );
}

function Evidence({ promotion: { report, forceReason } }: { promotion: PromotionJson }) {
  return (
    <div class="why">
      {report?.experimentId && (
        <>
          experiment <a href={href("experiments", report.experimentId)}>{report.experimentId}</a>, arm {report.armId}
        </>
      )}
      {forceReason && (
        <span class="second">
          <Badge tone="warn">without evidence</Badge> {forceReason}
        </span>
      )}
    </div>
  );
}

interface RollingBackProps {
  promotions: readonly PromotionJson[];
  onDone: OnDone;
  onClose: () => void;
}

function RollingBack({ promotions, onDone, onClose }: RollingBackProps) {
  const api = useApi();
  // what the dialog names is what is taken back, also when the list is loaded again meanwhile
  const [{ policyId, before, after }] = useState(() => changeOf(promotions));
  const rollBack = (reason: string) =>
    change(onDone, `The promotion of ${policyId} is taken back.`, () =>
      api.post<RollbackPolicyResponseJson>("/v1/policies:rollback", { policyId, reason }),
    );
  return (
    <Confirm title={`Roll back ${policyId}?`} action="Roll back" reason="Reason (kept on the log)" onConfirm={rollBack} onClose={onClose}>
      <p>From the next answer on, all visitors outside of experiments get lists as before this promotion:</p>
      <ul class="list">
        {before.map(({ name, value }) => {
          const then = after.find((one) => one.name === name);
          return (
            <li key={name}>
              <code>{name}</code>: {value} → {then ? `${then.value} (${then.policyId})` : "the setting"}
            </li>
          );
        })}
      </ul>
      <p>The policy stays and can be promoted again. Its experiment stays ended.</p>
    </Confirm>
  );
}

/** The settings that a rollback changes: as they are, and as they will be. */
function changeOf(promotions: readonly PromotionJson[]) {
  const { policyId = "", overrides } = promotions.at(-1) ?? {};
  const before = effectiveOf(promotions).filter(({ name }) => name in (overrides ?? {}));
  return { policyId, before, after: effectiveOf(promotions.slice(0, -1)) };
}
