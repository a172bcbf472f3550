/** What callers of the Personalizer API show: mode, match rate by day, and values with their bounds. */

import { useApi } from "../../lib/context";
import type { PersonalizerFigures, PersonalizerGroup, PersonalizerValue } from "../../lib/personalizer";
import { count, percent } from "../../lib/format";
import { useLoad } from "../../lib/load";
import { Badge, Card } from "../../ui/parts";
import { Table } from "../../ui/table";

const EVERY_MS = 30_000;
const DAYS = 14;

/** Nothing, unless there are events of the Personalizer API that this key may see. */
export function Personalizer() {
  const api = useApi();
  const { data } = useLoad<PersonalizerFigures>(() => api.personalizer("/figures"), [api], EVERY_MS);
  if (!data || data.groups.length === 0) return null;
  const mode = data.mode === "apprentice" ? `apprentice, ${percent(data.share, 0)} of the answers by the policy` : "online";
  return (
    <Card title="Personalizer" note={`Calls of the Personalizer API; now ${mode}`} flush>
      {data.groups.map((group) => (
        <Slot key={group.slot} group={group} level={data.level} />
      ))}
    </Card>
  );
}

function Slot({ group, level }: { group: PersonalizerGroup; level: number }) {
  const name = group.slot ? `slot ${group.slot}` : "one slot";
  const { values } = group;
  return (
    <section class="evaluation">
      <h3>
        {name} {values && <Badge tone={group.ready ? "good" : ""}>{group.ready ? "ready" : "not ready"}</Badge>}
      </h3>
      <p class="soft">{group.summary}</p>
      {values && (
        <Table label={`Values, ${name}`} columns={["Policy", `Reward of an event, ${percent(level, 0)} interval>`]}>
          <Value name="policy" value={values.policy} />
          <Value name="baseline: the caller's first action" value={values.baseline} />
          <Value name="random" value={values.random} />
          <Value name="policy less baseline" value={values.policyMinusBaseline} />
        </Table>
      )}
      <Table label={`Days, ${name}`} columns={["Day", "Events>", "Match rate>", "Mean reward>"]}>
        {group.byDay.slice(-DAYS).reverse().map((day) => (
          <tr key={day.day}>
            <th scope="row">{day.day}</th>
            <td class="right">{count(day.events)}</td>
            <td class="right">{percent(day.matchRate ?? 0, 1)}</td>
            <td class="right">{number(day.meanReward ?? 0)}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Value({ name, value }: { name: string; value: PersonalizerValue }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="right nowrap">
        {number(value.value)}{" "}
        <span class="soft">
          [{number(value.low)}, {number(value.high)}]
        </span>
      </td>
    </tr>
  );
}

function number(value: number): string {
  return value.toFixed(3).replace("-", "\u2212");
}
