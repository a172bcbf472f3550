/** Log, archive and snapshots, and the store that holds them. */

import type { ArchiveFiguresJson, GetStorageResponseJson, LogFiguresJson, SnapshotJson, StoreFiguresJson } from "../api/types";
import { useApi } from "../lib/context";
import { bytes, count, int, percent } from "../lib/format";
import { useLoad } from "../lib/load";
import { Ago, Badge, Card, Empty, Facts, PageHeader } from "../ui/parts";
import { WhenLoaded } from "../ui/states";
import { Table } from "../ui/table";
import { Export } from "./export";
import { Import } from "./import";
import { LogTimeline } from "./log_timeline";

const EVERY_MS = 10_000;

export function Storage() {
  const api = useApi();
  const loaded = useLoad(() => api.get<GetStorageResponseJson>("/v1/storage"), [api], EVERY_MS);
  return (
    <>
      <PageHeader
        title="Storage"
        text="The model is computed from the log. On start, a replica reads the newest snapshot and the entries after it."
      />
      <WhenLoaded loaded={loaded} lines={10}>
        {(data) => (
          <div class="grid">
            <Card title="Log" note="Light: archived. Markers: snapshots.">
              <LogTimeline storage={data} />
            </Card>
            <Card title="Entries" size="third">
              <Log log={data.log ?? {}} />
            </Card>
            <Card title="Archive" size="third">
              <Archive archive={data.archive ?? {}} />
            </Card>
            <Card title="Store" size="third">
              <Store store={data.store ?? {}} />
            </Card>
            <Card title="Snapshots" note="Newest first" flush>
              <Snapshots snapshots={data.snapshots ?? []} />
            </Card>
          </div>
        )}
      </WhenLoaded>
      <div class="grid below">
        <Export />
        <Import />
      </div>
    </>
  );
}

function Log({ log }: { log: LogFiguresJson }) {
  return (
    <Facts
      facts={[
        ["In the store", count(log.entries)],
        ["In total", count(log.entriesEver)],
        ["Memory (approximate)", bytes(log.memoryBytes)],
        ["Oldest entry", <Ago time={log.firstTime} />],
        ["Newest entry", <Ago time={log.lastTime} />],
        ["Last offset", <span class="mono">{log.lastOffset || "–"}</span>],
      ]}
    />
  );
}

function Archive({ archive }: { archive: ArchiveFiguresJson }) {
  if (!archive.directory) {
    return <Empty title="No archive">Set archive_dir to keep trimmed entries for a replay.</Empty>;
  }
  const entries = int(archive.lastEntry) ? `${count(archive.firstEntry)} to ${count(archive.lastEntry)}` : "none yet";
  return (
    <Facts
      facts={[
        ["Entries", entries],
        ["Segments", count(archive.segments)],
        ["On disk", bytes(archive.diskBytes)],
        ["Directory", <span class="mono">{archive.directory}</span>],
      ]}
    />
  );
}

function Store({ store }: { store: StoreFiguresJson }) {
  const most = int(store.memoryBytesMax);
  const used = int(store.memoryBytes);
  const tone = most && used > 0.8 * most ? "bad" : "";
  const fsync = store.appendFsync ?? "";
  return (
    <Facts
      facts={[
        ["Version", store.version || "–"],
        ["Memory", <>{bytes(used)} {most > 0 && <Badge tone={tone}>{percent(used / most, 0)} of {bytes(most)}</Badge>}</>],
        ["Write to disk (fsync)", <Badge tone={fsync === "always" || fsync === "everysec" ? "good" : "warn"}>{fsync || "unknown"}</Badge>],
        ["Append-only file", bytes(store.appendFileBytes)],
        ["Started", <Ago time={store.startTime} />],
      ]}
    />
  );
}

const COLUMNS = ["Time", "Offset", "Entries since>", "Stored size>", "Uncompressed>", "Versions"];

function Snapshots({ snapshots }: { snapshots: readonly SnapshotJson[] }) {
  if (snapshots.length === 0) {
    return <Empty title="No snapshot yet">Without a snapshot, a start reads the whole log. The setting snapshot_interval_s says when the next one is taken.</Empty>;
  }
  return (
    <Table label="Snapshots, newest first" columns={COLUMNS}>
      {snapshots.map((one) => (
        <tr key={one.snapshotId}>
          <td>
            <Ago time={one.createTime} />
          </td>
          <td class="mono">{one.offset}</td>
          <td class="right">{count(one.entriesSince)}</td>
          <td class="right">{bytes(one.storedBytes)}</td>
          <td class="right">{bytes(one.plainBytes)}</td>
          <td>
            state {one.versions?.["state"]}, River {one.versions?.["river"]}
          </td>
        </tr>
      ))}
    </Table>
  );
}
