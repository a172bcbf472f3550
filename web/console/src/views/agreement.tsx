/** Whether all replicas hold the same state: each says its digest at one mark on the log. */

import { useState } from "preact/hooks";

import type { GetModelResponseJson, ReplicaStateJson } from "../api/types";
import { useApi } from "../lib/context";
import { Ago, Card } from "../ui/parts";
import { Failed } from "../ui/states";
import { Icon } from "../ui/icons";

const PATIENCE_MS = 30_000;

interface Outcome {
  answer?: GetModelResponseJson;
  error?: unknown;
  time: number;
}

export function Agreement() {
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const compare = async () => {
    setBusy(true);
    const query = { compareReplicas: "true" };
    try {
      const answer = await api.get<GetModelResponseJson>("/v1/model", query, PATIENCE_MS);
      setOutcome({ answer, time: Date.now() });
    } catch (error) {
      setOutcome({ error, time: Date.now() });
    }
    setBusy(false);
  };
  return (
    <Card
      title="Do the digests agree?"
      note="Puts a mark on the log; each replica says the digest of its whole state there. Seconds, with a large state."
      tools={
        <button type="button" class="button first" disabled={busy} onClick={() => void compare()}>
          {busy ? "Comparing…" : "Compare now"}
        </button>
      }
    >
      <div role="status">
        {outcome?.error !== undefined && (
          <Failed error={outcome.error} again={() => void compare()} />
        )}
        {outcome?.answer && <Verdict answer={outcome.answer} time={outcome.time} />}
        {!outcome && <p class="soft">Not compared since this page was opened.</p>}
      </div>
    </Card>
  );
}

function Verdict({ answer, time }: { answer: GetModelResponseJson; time: number }) {
  const states = answer.replicas ?? [];
  const silent = states.filter((one) => !one.digest);
  const digests = new Set(states.map((one) => one.digest).filter(Boolean));
  const [tone, text] =
    digests.size > 1
      ? ["bad", "The digests differ: replicas hold different states. Stop those that are wrong, see docs/operations.md."]
      : silent.length
        ? ["warn", `${states.length - silent.length} agree, ${silent.length} gave no digest.`]
        : ["good", states.length === 1 ? "One replica, one digest." : `All ${states.length} replicas agree.`];
  return (
    <div class="stack">
      <div class={`notice ${tone}`}>
        <Icon name={tone === "good" ? "check" : "quarantine"} />
        <div>
          <strong>{text}</strong> At entry <span class="mono">{answer.offset}</span>,{" "}
          <Ago time={time} />.
        </div>
      </div>
      <ul class="stack" style={{ gap: "6px" }}>
        {states.map((one) => (
          <State key={one.replicaId} state={one} />
        ))}
      </ul>
    </div>
  );
}

function State({ state }: { state: ReplicaStateJson }) {
  return (
    <li class="row">
      <span class="mono">{state.replicaId}</span>
      <span class="mono soft cut grow" title={state.digest}>
        {state.digest || state.detail}
      </span>
    </li>
  );
}
