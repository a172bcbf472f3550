/** The log as a line from its first to its last entry: archived part, kept part, snapshots. */

import type { GetStorageResponseJson } from "../api/types";
import { compact, count, int } from "../lib/format";
import { Empty } from "../ui/parts";

export function LogTimeline({ storage }: { storage: GetStorageResponseJson }) {
  const { log = {}, archive = {}, snapshots = [] } = storage;
  const newest = int(log.entriesEver);
  if (!newest) return <Empty title="The log is empty" />;
  const first = newest - int(log.entries) + 1;
  const oldest = int(archive.firstEntry) || first;
  const at = (entry: number) => `${(100 * (entry - oldest)) / Math.max(1, newest - oldest)}%`;
  return (
    <div class="log-timeline" role="img" aria-label={summary(first, newest, snapshots.length)}>
      {oldest < first && <div class="bar archived" style={{ right: `calc(100% - ${at(first)})` }} />}
      <div class="bar" style={{ left: at(first) }} />
      {snapshots.map((one) => {
        const entry = newest - int(one.entriesSince);
        return (
          <i key={one.snapshotId} class="stop" style={{ left: at(entry) }} title={`Snapshot at entry ${count(entry)}`} />
        );
      })}
      <span style={{ left: 0, top: "48px" }}>entry {count(oldest)}</span>
      {oldest < first && <span style={{ left: at(first), top: "4px" }}>kept from {compact(first)}</span>}
      <span style={{ right: 0, top: "48px" }}>entry {count(newest)} (newest)</span>
    </div>
  );
}

function summary(first: number, last: number, snapshots: number): string {
  return `The log contains entries ${count(first)} to ${count(last)}; ${snapshots} snapshots.`;
}
