/** What can be done with selected events of the quarantine, and what became of them. */

import { useState } from "preact/hooks";

import type { ReplayedEventJson } from "../api/types";
import { count } from "../lib/format";
import { isKept, type Outcome, type QuarantineWork } from "../lib/quarantine_work";
import { useScope } from "../lib/scopes";
import { Confirm } from "../ui/confirm";
import { Done } from "../ui/done";
import { Icon } from "../ui/icons";
import { More } from "../ui/more";
import { Badge } from "../ui/parts";
import { Table } from "../ui/table";

interface QuarantineToolsProps {
  work: QuarantineWork;
  hasMore: boolean;
  reason: string;
}

export function QuarantineTools({ work, hasMore, reason }: QuarantineToolsProps) {
  const { may, why } = useScope("model");
  const [asked, setAsked] = useState<Outcome["action"]>();
  const [busy, setBusy] = useState(false);
  const chosen = work.selected.size;
  const all = async () => {
    setBusy(true);
    try {
      await work.selectAll();
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div class="row inset tools">
        <label class="row">
          <input type="checkbox" checked={work.allShown} onChange={work.toggleShown} />
          All shown
        </label>
        {hasMore && (
          <button type="button" class="button quiet" disabled={busy} onClick={() => void all()}>
            {busy ? "Reading the list…" : reason ? "All with this reason" : "All in the quarantine"}
          </button>
        )}
        <span class="grow faint" role="status">
          {chosen ? `${count(chosen)} selected` : ""}
        </span>
        <button type="button" class="button first" disabled={!may || !chosen} onClick={() => setAsked("replay")}>
          <Icon name="repeat" size={15} />
          Replay
        </button>
        <button type="button" class="button" disabled={!may || !chosen} onClick={() => setAsked("drop")}>
          <Icon name="cross" size={15} />
          Drop
        </button>
        {why && <p class="faint">{why}</p>}
      </div>
      {work.outcome && <Results outcome={work.outcome} />}
      {asked && <Ask action={asked} work={work} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function Ask({ action, work, onClose }: { action: Outcome["action"]; work: QuarantineWork; onClose: () => void }) {
  const events = `${count(work.selected.size)} ${work.selected.size === 1 ? "event" : "events"}`;
  if (action === "replay") {
    return (
      <Confirm title={`Replay ${events}?`} action="Replay" onConfirm={work.replay} onClose={onClose}>
        <p>
          The server checks each event under its present settings. Those that it learns leave the quarantine; the
          others stay, with the reason. The log keeps who did it.
        </p>
      </Confirm>
    );
  }
  return (
    <Confirm title={`Drop ${events}?`} action={`Drop ${events} for good`} onConfirm={work.drop} onClose={onClose}>
      <p>
        <strong>This cannot be undone.</strong> The model never learns these events, and their content is deleted. The
        log keeps who did it, and how many there were.
      </p>
    </Confirm>
  );
}

function Results({ outcome }: { outcome: Outcome }) {
  const kept = outcome.results.filter(isKept);
  return (
    <div class="inset stack">
      <Done text={textOf(outcome)} tone={kept.length > 0 ? "warn" : "good"} />
      {outcome.stopped && (
        <div class="notice bad" role="alert">
          It stopped before the end: {outcome.stopped} What was done stays done; the rest is still selected.
        </div>
      )}
      {outcome.results.length > 0 && (
        <details open={kept.length > 0}>
          <summary>Result of each event</summary>
          <More entries={[...kept, ...outcome.results.filter((one) => !isKept(one))]} label="Show more results">
            {(shown) => (
              <Table label="Result of each event" columns={["Event", "Result", "Reason"]}>
                {shown.map((one) => (
                  <ResultRow key={one.quarantineId} one={one} />
                ))}
              </Table>
            )}
          </More>
        </details>
      )}
    </div>
  );
}

function textOf(outcome: Outcome): string {
  if (outcome.action === "drop") return `${count(outcome.dropped)} dropped.`;
  const of = (status: string) => outcome.results.filter((one) => one.status === status).length;
  const kept = outcome.results.filter(isKept).length;
  const parts = [
    `${count(of("EVENT_STATUS_CREATED"))} learned`,
    `${count(of("EVENT_STATUS_EXISTS"))} known already`,
    `${count(kept)} rejected again`,
  ];
  return `${parts.join(", ")}.`;
}

const NAMES: Record<string, [string, "good" | "" | "warn"]> = {
  EVENT_STATUS_CREATED: ["learned", "good"],
  EVENT_STATUS_EXISTS: ["known already", ""],
  EVENT_STATUS_CONFLICT: ["other content", "warn"],
  EVENT_STATUS_QUARANTINED: ["rejected again", "warn"],
};

function ResultRow({ one }: { one: ReplayedEventJson }) {
  const [name, tone] = NAMES[one.status ?? ""] ?? ["not there any more", ""];
  return (
    <tr>
      <th scope="row" class="mono break">{one.eventId || one.quarantineId}</th>
      <td>
        <Badge tone={tone}>{name}</Badge>
      </td>
      <td class="break">{one.detail}</td>
    </tr>
  );
}
