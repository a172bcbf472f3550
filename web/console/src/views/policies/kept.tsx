/** All policies: their values, and where they are used. */

import type { PolicyJson } from "../../api/types";
import { href } from "../../lib/router";
import { More } from "../../ui/more";
import { Ago, Badge, Empty } from "../../ui/parts";
import { Table } from "../../ui/table";
import { OverrideValues } from "./override_values";

export function Kept({ policies }: { policies: readonly PolicyJson[] }) {
  if (policies.length === 0) {
    return (
      <Empty icon="policies" title="No policy yet">
        A policy has other values for some settings, such as exploration_epsilon=0.1. <code>headwater policy put NAME SETTING=VALUE</code> writes it; it changes no list until an experiment uses it or it is
        promoted.
      </Empty>
    );
  }
  return (
    <More entries={policies} label="Show more policies">
      {(shown) => (
        <Table label="All policies" columns={["Policy", "Values", "Used by", "Changed"]}>
          {shown.map((one) => (
            <Row key={one.policyId} policy={one} />
          ))}
        </Table>
      )}
    </More>
  );
}

function Row({ policy }: { policy: PolicyJson }) {
  const experiments = policy.experimentIds ?? [];
  return (
    <tr>
      <th scope="row">
        {policy.policyId} {policy.promoted && <Badge tone="good">promoted</Badge>}
      </th>
      <td>
        <OverrideValues overrides={policy.overrides ?? {}} />
      </td>
      <td>
        {experiments.map((name, place) => (
          <>
            {place > 0 && ", "}
            <a key={name} href={href("experiments", name)}>
              {name}
            </a>
          </>
        ))}
        {experiments.length === 0 && <span class="faint">no running experiment</span>}
      </td>
      <td>
        <Ago time={policy.updateTime} />
        <span class="second">by {policy.who || "unknown"}</span>
      </td>
    </tr>
  );
}
