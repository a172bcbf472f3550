/** Detected changes in the model's prediction quality. */

import type { DriftAlarmJson } from "../api/types";
import { count, decimal, figure } from "../lib/format";
import { groupName } from "../lib/samples";
import { Ago, Badge, Card, Empty } from "../ui/parts";
import { Table } from "../ui/table";

const SHOWN_MAX = 4;

export function Alarms({ alarms }: { alarms: readonly DriftAlarmJson[] }) {
  const newest = alarms.toReversed().slice(0, SHOWN_MAX);
  return (
    <Card title="Drift alarms" note={alarms.length ? `Latest ${newest.length} of ${alarms.length}` : ""} size="third" flush>
      {newest.length === 0 ? (
        <Empty icon="check" title="No drift detected">
          The model's prediction quality has not changed significantly.
        </Empty>
      ) : (
        <Table label="Alarms" columns={["Time", "Metric", "Mean>"]}>
          {newest.map((alarm) => (
            <Row key={`${alarm.detectTime} ${alarm.name} ${alarm.placement}`} alarm={alarm} />
          ))}
        </Table>
      )}
    </Card>
  );
}

function Row({ alarm }: { alarm: DriftAlarmJson }) {
  const worse = alarm.direction === "DRIFT_DIRECTION_WORSE";
  return (
    <tr>
      <td>
        <Ago time={alarm.detectTime} />
        <span class="second">event {count(alarm.eventsLearned)}</span>
      </td>
      <td>
        <Badge tone={worse ? "bad" : "good"}>{worse ? "worse" : "better"}</Badge>
        <span class="second">
          {figure(alarm.name ?? "")}, {groupName(alarm.placement)}
        </span>
      </td>
      <td class="right nowrap">
        {decimal(alarm.meanBefore)} → {decimal(alarm.meanAfter)}
      </td>
    </tr>
  );
}
