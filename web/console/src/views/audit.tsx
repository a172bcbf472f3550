/** The audit log: who changed what, and when. */

import { useState } from "preact/hooks";

import type { AuditEntryJson, ListAuditEntriesResponseJson } from "../api/types";
import { useApi } from "../lib/context";
import { count, int } from "../lib/format";
import { useLoad } from "../lib/load";
import { usePages } from "../lib/pages";
import { Ago, Badge, Card, Empty, PageHeader } from "../ui/parts";
import { Failed, WhenLoaded } from "../ui/states";
import { Table } from "../ui/table";

const PAGE = 50;
const EVERY_MS = 15_000;
const KINDS = [
  ["", "All changes"],
  ["AUDIT_KIND_SETTING", "Settings"],
  ["AUDIT_KIND_RULE", "Rules"],
  ["AUDIT_KIND_POLICY", "Policies"],
  ["AUDIT_KIND_PROMOTION", "Promotions"],
  ["AUDIT_KIND_EXPERIMENT", "Experiments"],
  ["AUDIT_KIND_DELETION", "Deleted items"],
  ["AUDIT_KIND_ERASURE", "Erased persons"],
  ["AUDIT_KIND_QUARANTINE", "Quarantine"],
  ["AUDIT_KIND_KEY", "Keys"],
  ["AUDIT_KIND_SESSION", "Sign-outs"],
  ["AUDIT_KIND_BUILD", "Builds"],
] as const;

type Ask = (pageToken: string) => Promise<ListAuditEntriesResponseJson>;

export function Audit() {
  const api = useApi();
  const [kind, setKind] = useState("");
  const ask: Ask = (pageToken) => api.get("/v1/audit", { kinds: kind, pageSize: PAGE, pageToken });
  const loaded = useLoad(() => ask(""), [api, kind], EVERY_MS);
  return (
    <>
      <PageHeader title="Audit log" text="Who changed what, and when, from the log. It holds nothing of a visitor." />
      <label class="field" style={{ maxWidth: "260px", marginBottom: "14px" }}>
        <span>Kind</span>
        <select class="input" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          {KINDS.map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <Card title="Changes" note="Newest first; the last 500 of each kind" flush>
        <WhenLoaded loaded={loaded}>{(first) => <Pages key={kind} first={first} ask={ask} />}</WhenLoaded>
      </Card>
    </>
  );
}

function Pages({ first, ask }: { first: ListAuditEntriesResponseJson; ask: Ask }) {
  const { rows, hasMore, error, more } = usePages(first, ask, (page) => page.entries);
  if (rows.length === 0) {
    return (
      <Empty icon="check" title="No changes">
        Nothing of this kind was changed.
      </Empty>
    );
  }
  return (
    <>
      <Table label="Changes" columns={["What", "Who", "When", "Before", "After"]}>
        {rows.map((entry, place) => (
          <Row key={`${entry.changeTime} ${place}`} entry={entry} />
        ))}
      </Table>
      {error !== undefined && <Failed error={error} reload={() => void more()} />}
      {hasMore && (
        <div class="more">
          <button type="button" class="button" onClick={() => void more()}>
            Show older changes
          </button>
        </div>
      )}
    </>
  );
}

function Row({ entry }: { entry: AuditEntryJson }) {
  const kind = (entry.kind ?? "").replace("AUDIT_KIND_", "").toLowerCase();
  const many = int(entry.count) > 1 ? ` (${count(entry.count)})` : "";
  return (
    <tr>
      <th scope="row">
        <Badge>{kind}</Badge> {entry.action} <span class="why">{entry.subject}{many}</span>
        {entry.reason && <span class="second why">{entry.reason}</span>}
      </th>
      <td class="why">{entry.who || <span class="faint">not known</span>}</td>
      <td>
        <Ago time={entry.changeTime} />
      </td>
      <td class="audit-value">{entry.oldValue}</td>
      <td class="audit-value">{entry.newValue}</td>
    </tr>
  );
}
