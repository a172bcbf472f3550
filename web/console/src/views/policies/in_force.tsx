/** The settings that promotions put in force, and by which policy. */

import type { PromotionJson } from "../../api/types";
import { effectiveOf, settingMeaning } from "../../lib/experiments/overrides";
import { Empty } from "../../ui/parts";
import { Table } from "../../ui/table";

export function InForce({ promotions }: { promotions: readonly PromotionJson[] }) {
  const settings = effectiveOf(promotions);
  if (settings.length === 0) return <Empty icon="settings" title="The settings alone">No promotion changes them.</Empty>;
  return (
    <Table label="In force by promotions" columns={["Setting", "Value", "Set by"]}>
      {settings.map((one) => (
        <tr key={one.name}>
          <th scope="row">
            {one.name}
            <span class="second why">{settingMeaning(one.name)}</span>
          </th>
          <td class="mono cut" style={{ maxWidth: "180px" }} title={one.value}>
            {one.value}
          </td>
          <td>
            {one.policyId}
            {one.hidden.length > 0 && <span class="second">instead of {one.hidden.toReversed().join(", ")}</span>}
          </td>
        </tr>
      ))}
    </Table>
  );
}
