/** Sends a file of events, items or users to this server: first checked as a whole, then sent. */

import { useRef, useState } from "preact/hooks";

import { useApi } from "../lib/context";
import { clock, count, percent } from "../lib/format";
import { check, type Found, type Problem } from "../lib/import/check";
import { type Outcome, send } from "../lib/import/send";
import { type TableName, TABLES } from "../lib/import/tables";
import { useScope } from "../lib/scopes";
import { Done } from "../ui/done";
import { Card, Choice, Facts } from "../ui/parts";
import { Failed } from "../ui/states";

const NAMES = Object.entries(TABLES) as [TableName, (typeof TABLES)[TableName]][];
const GOOD = ["new", "known before", "written"];

interface Checked {
  file: File;
  found: Found;
}

export function Import() {
  const api = useApi();
  const [name, setName] = useState<TableName>("events");
  const table = TABLES[name];
  const { may, why } = useScope(table.scope);
  const [checked, setChecked] = useState<Checked>();
  const [progress, setProgress] = useState("");
  const [outcomes, setOutcomes] = useState<Outcome[]>();
  const [error, setError] = useState<unknown>();
  const running = useRef<AbortController | null>(null);

  const run = async (task: (signal: AbortSignal) => Promise<void>) => {
    setError(undefined);
    setOutcomes(undefined);
    running.current = new AbortController();
    try {
      await task(running.current.signal);
    } catch (problem) {
      if (!(problem instanceof DOMException && problem.name === "AbortError")) setError(problem);
    }
    setProgress("");
  };
  const choose = (input: HTMLInputElement) => {
    const file = input.files?.[0];
    input.value = ""; // so that a corrected file of the same name can be chosen again
    setChecked(undefined);
    if (!file) return;
    void run(async (signal) => {
      const found = await check(file, table, signal, (share) => setProgress(`Checking: ${percent(share, 0)}`));
      setChecked({ file, found });
    });
  };
  const change = (next: TableName) => {
    running.current?.abort();
    setName(next);
    setChecked(undefined);
    setOutcomes(undefined);
    setError(undefined);
  };
  const start = ({ file }: Checked) =>
    run(async (signal) => {
      const report = (sent: number, share: number) => setProgress(`Sending: ${count(sent)}, ${percent(share, 0)} of the file`);
      setOutcomes(await send(api, file, table, signal, report));
      setChecked(undefined);
    });

  const isOff = !may || progress !== "";
  return (
    <Card
      title="Import"
      note="Reads what Export writes: JSON lines or CSV, plain or gzipped. Nothing is sent before the whole file is checked. Other files: the command headwater import."
      tools={
        progress && (
          <button type="button" class="button" onClick={() => running.current?.abort()}>
            Cancel
          </button>
        )
      }
    >
      <div class="stack">
        <div class="row">
          <Choice label="Of what" options={NAMES.map(([key, one]) => [key, one.name] as const)} value={name} onChange={change} />
          <label class={`button file${isOff ? " off" : ""}`}>
            Choose a file
            <input class="hidden" type="file" accept=".jsonl,.ndjson,.csv,.gz" disabled={isOff} onChange={(event) => choose(event.currentTarget)} />
          </label>
        </div>
        <div role="status">
          {progress && <p>{progress}</p>}
          {why && <p class="soft">{why}</p>}
        </div>
        {checked && !progress && <Findings checked={checked} name={table.name.toLowerCase()} onSend={() => void start(checked)} />}
        {outcomes && <Outcomes outcomes={outcomes} />}
        {error !== undefined && <Failed error={error} reload={checked ? () => void start(checked) : undefined} />}
      </div>
    </Card>
  );
}

function Findings({ checked, name, onSend }: { checked: Checked; name: string; onSend: () => void }) {
  const { file, found } = checked;
  const left = found.rows - found.messages;
  return (
    <>
      <Facts
        facts={[
          ["File", file.name],
          [`Readable ${name}`, count(found.messages)],
          ...(found.firstTime ? ([["From", clock(found.firstTime)], ["Until", clock(found.lastTime)]] as const) : []),
        ]}
      />
      {left > 0 && <Problems problems={found.problems} />}
      <div class="row">
        <button type="button" class="button first" disabled={found.messages === 0} onClick={onSend}>
          Send {count(found.messages)} {found.messages === 1 ? name.slice(0, -1) : name}
          {left > 0 && `, leave ${count(left)} out`}
        </button>
      </div>
    </>
  );
}

function Problems({ problems }: { problems: readonly Problem[] }) {
  return (
    <div class="notice warn" role="alert">
      <ul>
        {problems.map(({ text, rows, first }) => (
          <li key={text}>
            {count(rows)} {rows === 1 ? "row" : "rows"}: {text} (first: row {count(first)})
          </li>
        ))}
      </ul>
    </div>
  );
}

function Outcomes({ outcomes }: { outcomes: readonly Outcome[] }) {
  const bad = outcomes.filter((one) => !GOOD.includes(one.name));
  return (
    <>
      <Done text={outcomes.map((one) => `${count(one.messages)} ${one.name}`).join(", ")} />
      {bad.length > 0 && (
        <div class="notice warn">
          <ul>
            {bad.map((one) => (
              <li key={one.name}>
                {count(one.messages)} {one.name}: {one.detail}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
