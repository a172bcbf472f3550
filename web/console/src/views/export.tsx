/** Downloads of events, shown lists, items and users. */

import { useRef, useState } from "preact/hooks";

import { useApi } from "../lib/context";
import { download, type Format, openSink, type Progress, type Table, TABLES } from "../lib/export";
import { count, percent } from "../lib/format";
import { useScope } from "../lib/scopes";
import { Done } from "../ui/done";
import { Card, Choice } from "../ui/parts";
import { Failed } from "../ui/states";

const NAMES: Record<Table, string> = { events: "Events", lists: "Shown lists", items: "Items", users: "Users" };
const HAS_CSV: readonly Table[] = ["events", "lists"];

export function Export() {
  const api = useApi();
  const { may, why } = useScope("export");
  const [table, setTable] = useState<Table>("events");
  const [wanted, setFormat] = useState<Format>("jsonl");
  const [progress, setProgress] = useState<Progress>();
  const [done, setDone] = useState("");
  const [error, setError] = useState<unknown>();
  const running = useRef<AbortController | null>(null);
  const format = HAS_CSV.includes(table) ? wanted : "jsonl";
  const start = async () => {
    setDone("");
    setError(undefined);
    const name = `headwater-${table}.${format}`;
    try {
      const sink = await openSink(name);
      running.current = new AbortController();
      setProgress({ rows: 0, share: 0 });
      const rows = await download(api, table, format, sink, running.current.signal, setProgress);
      setDone(`${name}: ${count(rows)} rows`);
    } catch (problem) {
      if (!(problem instanceof DOMException && problem.name === "AbortError")) setError(problem);
    }
    setProgress(undefined);
  };
  return (
    <Card
      title="Export"
      note="Persons that were erased are left out. The file holds persons' data: keep it safe. The command headwater export writes Parquet, too."
      tools={
        progress ? (
          <button type="button" class="button" onClick={() => running.current?.abort()}>
            Cancel
          </button>
        ) : (
          <button type="button" class="button first" disabled={!may} onClick={() => void start()}>
            Download
          </button>
        )
      }
    >
      <div class="stack">
        <div class="row">
          <Choice label="What" options={TABLES.map((one) => [one, NAMES[one]] as const)} value={table} onChange={setTable} />
          {HAS_CSV.includes(table) && (
            <Choice label="Format" options={[["jsonl", "JSON lines"], ["csv", "CSV"]]} value={wanted} onChange={setFormat} />
          )}
        </div>
        <div role="status">
          {progress && <p>{progressText(progress)}</p>}
          {why && <p class="soft">{why}</p>}
        </div>
        {done && <Done text={done} />}
        {error !== undefined && <Failed error={error} reload={() => void start()} />}
      </div>
    </Card>
  );
}

function progressText({ rows, share }: Progress): string {
  const rowsText = `${count(rows)} rows`;
  return share === undefined ? rowsText : `${rowsText}, ${percent(share)} of the log read`;
}
