/** A policy's values, one setting a line. */

import { settingMeaning, valueText } from "../../lib/experiments/overrides";

export function OverrideValues({ overrides }: { overrides: Record<string, unknown> }) {
  const all = Object.entries(overrides);
  if (all.length === 0) return <span class="soft">no setting differs: the settings in force</span>;
  return (
    <dl class="values">
      {all.map(([name, value]) => [
        <dt key={name} title={settingMeaning(name)}>
          {name}
        </dt>,
        <dd key={`${name} value`}>{valueText(value)}</dd>,
      ])}
    </dl>
  );
}
