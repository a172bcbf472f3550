/** The engine's settings, which the log has: the values, who changed them, what fits nothing. */

import type { ListSettingsChangesResponseJson, SettingJson, SettingsChangeJson } from "../api/types";
import { useApi } from "../lib/context";
import { count } from "../lib/format";
import { useLoad } from "../lib/load";
import { Ago, Badge, Card, Empty, PageHeader } from "../ui/parts";
import { WhenLoaded } from "../ui/states";
import { Table } from "../ui/table";

const EVERY_MS = 15_000;

export function Settings() {
  const api = useApi();
  const ask = () => api.get<ListSettingsChangesResponseJson>("/v1/settings:changes");
  const loaded = useLoad(ask, [api], EVERY_MS);
  return (
    <>
      <PageHeader
        title="Settings"
        text={
          <>
            The settings of the engine are part of the log, the same for every replica.{" "}
            <code>headwater settings set</code> changes them.
          </>
        }
      />
      <WhenLoaded loaded={loaded} lines={10}>
        {(data) => (
          <div class="grid">
            {data.warnings?.length ? <Warnings warnings={data.warnings} /> : null}
            <Card title="Changes" note="Newest first, the last 100" flush>
              <Changes changes={data.changes ?? []} />
            </Card>
            <Card title="In force" note={`${count(data.settings?.length ?? 0)} settings`} flush>
              <InForce settings={data.settings ?? []} />
            </Card>
          </div>
        )}
      </WhenLoaded>
    </>
  );
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  return (
    <Card title="Warnings" note="These settings fit nothing in the catalogue today">
      <ul>
        {warnings.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </Card>
  );
}

function Changes({ changes }: { changes: readonly SettingsChangeJson[] }) {
  if (changes.length === 0) {
    return <Empty icon="check" title="No changes">All settings have had their defaults since the log began.</Empty>;
  }
  return (
    <Table label="Settings that changed" columns={["Setting", "Before", "After", "Changed by", "Time"]}>
      {changes.map((one) => (
        <tr key={`${one.changeTime} ${one.name} ${one.newValue}`}>
          <th scope="row">{one.name}</th>
          <Value text={one.oldValue} />
          <Value text={one.newValue} />
          <td>{one.who || <span class="faint">unknown</span>}</td>
          <td>
            <Ago time={one.changeTime} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function InForce({ settings }: { settings: readonly SettingJson[] }) {
  return (
    <Table label="Settings in force" columns={["Setting", "Value", "Default"]}>
      {settings.map((one) => (
        <tr key={one.name}>
          <th scope="row">
            {one.name} {one.value !== one.defaultValue && <Badge tone="warn">changed</Badge>}
          </th>
          <Value text={one.value} />
          <Value text={one.defaultValue} />
        </tr>
      ))}
    </Table>
  );
}

function Value({ text }: { text: string | undefined }) {
  return (
    <td class="mono wrap" style={{ maxWidth: "320px" }}>
      {text}
    </td>
  );
}
