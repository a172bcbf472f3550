/** Events that the model could not learn from: reason and content. */

import { useState } from "preact/hooks";

import type { ListQuarantinedEventsResponseJson, QuarantinedEventJson } from "../api/types";
import { useApi } from "../lib/context";
import { count, int } from "../lib/format";
import { useLoad, useSettled } from "../lib/load";
import { usePages } from "../lib/pages";
import { type QuarantineWork, useQuarantineWork } from "../lib/quarantine_work";
import { href, replace, type Route } from "../lib/router";
import { Icon } from "../ui/icons";
import { Ago, Badge, Card, Empty, PageHeader } from "../ui/parts";
import { Search } from "../ui/search";
import { Failed, WhenLoaded } from "../ui/states";
import { Table } from "../ui/table";
import { QuarantineTools } from "./quarantine_tools";

const PAGE = 50;
const EVERY_MS = 15_000;

export function Quarantine({ route }: { route: Route }) {
  const api = useApi();
  const reason = useSettled(route.query.get("reason") ?? "");
  const ask = (pageToken: string, pageSize = PAGE) =>
    api.get<ListQuarantinedEventsResponseJson>("/v1/quarantine", { reason, pageToken, pageSize });
  const loaded = useLoad(() => ask(""), [api, reason], EVERY_MS);
  return (
    <>
      <PageHeader
        title="Quarantine"
        text="Events that the model could not learn from. Once the cause is fixed, replay them: each is checked again, as it was sent."
      />
      <Card
        title={loaded.data ? `${count(loaded.data.keptCount)} ${int(loaded.data.keptCount) === 1 ? "event" : "events"}` : "Events"}
        note={loaded.data ? `${count(loaded.data.everCount)} in total` : ""}
        flush
        tools={
          <Search
            label="Filter by reason"
            value={route.query.get("reason") ?? ""}
            onInput={(text) => replace(href("quarantine", "", { reason: text }))}
          />
        }
      >
        <WhenLoaded loaded={loaded}>
          {(first) => <Pages key={reason} first={first} ask={ask} reason={reason} reload={loaded.reload} />}
        </WhenLoaded>
      </Card>
    </>
  );
}

interface PagesProps {
  first: ListQuarantinedEventsResponseJson;
  ask: (token: string, pageSize?: number) => Promise<ListQuarantinedEventsResponseJson>;
  reason: string;
  reload: () => void;
}

function Pages({ first, ask, reason, reload }: PagesProps) {
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const pages = usePages(first, ask, (page) => page.events);
  const events = pages.rows.filter((one) => !gone.has(one.quarantineId ?? ""));
  const work = useQuarantineWork(events, ask, (ids) => {
    setGone((before) => new Set([...before, ...ids]));
    reload();
  });
  return (
    <>
      <QuarantineTools work={work} hasMore={pages.hasMore} reason={reason} />
      {events.length === 0 && !pages.hasMore ? (
        <NoEvents reason={reason} />
      ) : (
        <EventTable events={events} work={work} />
      )}
      {pages.error !== undefined && <Failed error={pages.error} reload={() => void pages.more()} />}
      {pages.hasMore && (
        <div class="more">
          <button type="button" class="button" onClick={() => void pages.more()}>
            Show older events
          </button>
        </div>
      )}
    </>
  );
}

function NoEvents({ reason }: { reason: string }) {
  return reason ? (
    <Empty icon="search" title="No reason contains this text" />
  ) : (
    <Empty icon="check" title="The quarantine is empty">
      The model learned from every event.
    </Empty>
  );
}

function EventTable({ events, work }: { events: readonly QuarantinedEventJson[]; work: QuarantineWork }) {
  return (
    <Table label="Quarantined events" columns={["Select", "Time", "Reason", "Type", "Visitor", "Event"]}>
      {events.map((one) => (
        <Row key={one.quarantineId} kept={one} work={work} />
      ))}
    </Table>
  );
}

function Row({ kept, work }: { kept: QuarantinedEventJson; work: QuarantineWork }) {
  const [open, setOpen] = useState(false);
  const [field = "", ...rest] = (kept.reason ?? "").split(/[: ]+/);
  const type = String(kept.event?.["eventType"] ?? "");
  return (
    <>
      <tr>
        <td>
          <input
            type="checkbox"
            aria-label={`Select ${kept.eventId}`}
            checked={work.selected.has(kept.quarantineId ?? "")}
            onChange={() => work.toggle(kept.quarantineId ?? "")}
          />
        </td>
        <td>
          <Ago time={kept.quarantineTime} />
        </td>
        <td>
          <span class="short" title={kept.reason}>
            <Badge tone="warn">{field}</Badge> {rest.join(" ")}
          </span>
        </td>
        <td>{type || <span class="faint">none</span>}</td>
        <td class="mono cut" style={{ maxWidth: "180px" }}>
          {kept.visitorId ? <a href={href("visitor", kept.visitorId)}>{kept.visitorId}</a> : <span class="faint">none</span>}
        </td>
        <td>
          <button type="button" class="button quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name="open" size={14} />
            <span class="mono cut" style={{ maxWidth: "190px" }}>
              {kept.eventId}
            </span>
          </button>
        </td>
      </tr>
      {open && (
        <tr class="opened">
          <td colSpan={6}>
            <pre>{kept.event ? JSON.stringify(withoutEmpty(kept.event), null, 2) : "The event was too long to keep: only its IDs are stored."}</pre>
          </td>
        </tr>
      )}
    </>
  );
}

/** The event without empty fields. */
function withoutEmpty(event: object): Record<string, unknown> {
  const isSet = (value: unknown) =>
    value !== "" && value !== 0 && !(typeof value === "object" && Object.keys(value ?? {}).length === 0);
  return Object.fromEntries(Object.entries(event).filter(([, value]) => isSet(value)));
}
