/** What the store keeps: the log, its archive, the snapshots; and how the store itself does. */

import type { ArchiveFiguresJson, GetStorageResponseJson, LogFiguresJson, SnapshotJson, StoreFiguresJson } from "../api/types";
import { useApi } from "../lib/context";
import { bytes, count, int, percent } from "../lib/format";
import { useLoad } from "../lib/load";
import { Ago, Badge, Card, Empty, Facts, Head } from "../ui/parts";
import { Shown } from "../ui/states";
import { LogLine } from "./log_line";

const EVERY_MS = 10_000;

export function Storage() {
  const api = useApi();
  const loaded = useLoad(() => api.get<GetStorageResponseJson>("/v1/storage"), [api], EVERY_MS);
  return (
    <>
      <Head
        title="Storage"
        text="The model is a fold over the log: a start reads the newest snapshot, and the entries since."
      />
      <Shown of={loaded} lines={10}>
        {(data) => (
          <div class="grid">
            <Card title="The log" note="Pale: archived. Marks: snapshots, where a start begins.">
              <LogLine storage={data} />
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
      </Shown>
    </>
  );
}

function Log({ log }: { log: LogFiguresJson }) {
  return (
    <Facts
      facts={[
        ["Kept now", count(log.entries)],
        ["Ever", count(log.entriesEver)],
        ["Memory, about", bytes(log.memoryBytes)],
        ["Oldest kept", <Ago time={log.firstTime} />],
        ["Newest", <Ago time={log.lastTime} />],
        ["Last offset", <span class="mono">{log.lastOffset || "–"}</span>],
      ]}
    />
  );
}

function Archive({ archive }: { archive: ArchiveFiguresJson }) {
  if (!archive.directory) {
    return <Empty title="Nothing is archived">Set archive_dir, so that what is trimmed can be replayed.</Empty>;
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
        ["Written to disk", <Badge tone={fsync === "always" || fsync === "everysec" ? "good" : "warn"}>{fsync || "it does not say"}</Badge>],
        ["Append-only file", bytes(store.appendFileBytes)],
        ["Started", <Ago time={store.startTime} />],
      ]}
    />
  );
}

const COLUMNS = ["Taken", "Offset", "Entries since", "Stored", "Holds", "Made by"];

function Snapshots({ snapshots }: { snapshots: readonly SnapshotJson[] }) {
  if (snapshots.length === 0) {
    return <Empty title="No snapshot yet">A start reads the whole log. The first is taken by and by, see snapshot_interval_s.</Empty>;
  }
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {COLUMNS.map((name, place) => (
              <th key={name} scope="col" class={place >= 2 && place <= 4 ? "right" : ""}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </div>
  );
}
