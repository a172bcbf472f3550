/** The log from its first entry to its last, by their numbers. */

import type { GetStorageResponseJson } from "../api/types";
import { compact, count, int } from "../lib/format";
import { Empty } from "../ui/parts";

export function LogLine({ storage }: { storage: GetStorageResponseJson }) {
  const { log = {}, archive = {}, snapshots = [] } = storage;
  const ever = int(log.entriesEver);
  if (!ever) return <Empty title="The log is empty" />;
  const first = ever - int(log.entries) + 1;
  const oldest = int(archive.firstEntry) || first;
  const at = (entry: number) => `${(100 * (entry - oldest)) / Math.max(1, ever - oldest)}%`;
  return (
    <div class="track-line" role="img" aria-label={told(first, ever, snapshots.length)}>
      {oldest < first && <div class="bar archived" style={{ right: `calc(100% - ${at(first)})` }} />}
      <div class="bar" style={{ left: at(first) }} />
      {snapshots.map((one) => {
        const entry = ever - int(one.entriesSince);
        return (
          <i key={one.snapshotId} class="stop" style={{ left: at(entry) }} title={`Snapshot at entry ${count(entry)}`} />
        );
      })}
      <span style={{ left: 0, top: "48px" }}>entry {count(oldest)}</span>
      {oldest < first && <span style={{ left: at(first), top: "4px" }}>kept from {compact(first)} on</span>}
      <span style={{ right: 0, top: "48px" }}>entry {count(ever)}, now</span>
    </div>
  );
}

function told(first: number, last: number, snapshots: number): string {
  return `The log keeps entries ${count(first)} to ${count(last)}; ${snapshots} snapshots.`;
}
