/** The form of a rule, with what it would change beside it. */

import { useState } from "preact/hooks";

import { ApiError, errorText } from "../../api/errors";
import type { RuleJson, UpsertRuleResponseJson } from "../../api/types";
import type { OnDone } from "../../lib/changes";
import { useApi } from "../../lib/context";
import { int } from "../../lib/format";
import { type Draft, draftOf, KINDS, missing, NEW, ruleOf } from "../../lib/rules/draft";
import { Card, Choice } from "../../ui/parts";
import { Effect } from "./effect";
import { KindFields } from "./kind_fields";
import { Matching } from "./matching";
import { kept } from "./unsaved";

interface EditorProps {
  /** The rule to change; absent: a new one. */
  rule: RuleJson | undefined;
  placements: readonly string[];
  onSaved: OnDone;
  onClose: () => void;
}

export function Editor({ rule, placements, onSaved, onClose }: EditorProps) {
  const api = useApi();
  const [draft, setDraft] = useState<Draft>(kept.now?.draft ?? (rule ? draftOf(rule) : NEW));
  const [reason, setReason] = useState(kept.now?.reason ?? "");
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const set = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  kept.now = { rule, draft, reason };
  const lacks = missing(draft);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const body = { rule: ruleOf(draft, rule), revision: String(int(rule?.revision)), reason };
      const answer = await api.post<UpsertRuleResponseJson>("/v1/rules", body);
      kept.now = undefined;
      onSaved(`The rule ${draft.name} is saved.`, answer.offset);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <>
      <Card title={rule ? `Edit ${rule.name}` : "New rule"} size="half">
        <form class="stack" onSubmit={(event) => void save(event)}>
          <label class="field">
            <span>Name</span>
            <input class="input" name="name" dir="auto" required maxLength={64} readOnly={rule !== undefined} value={draft.name} onInput={(event) => set({ name: event.currentTarget.value })} />
          </label>
          <div class="wide-choice">
            <Choice label="Kind" options={KINDS} value={draft.kind} onChange={(kind) => set({ kind })} />
          </div>
          <KindFields draft={draft} set={set} />
          {draft.kind !== "diversity" && (
            <label class="field">
              <span>Filter: which items{draft.kind === "pin" || draft.kind === "cap" ? " (optional)" : ""}</span>
              <input class="input mono" name="filter" placeholder={'categories: ANY("lamp") AND price < 90'} value={draft.filter} onInput={(event) => set({ filter: event.currentTarget.value })} />
            </label>
          )}
          <Matching draft={draft} rule={rule} />
          {!(draft.kind === "hide" && draft.eventTypes.trim()) && (
            <label class="field">
              <span>Placements, comma-separated (empty: everywhere)</span>
              <input class="input" name="placements" list="placements" value={draft.placements} onInput={(event) => set({ placements: event.currentTarget.value })} />
            </label>
          )}
          <datalist id="placements">
            {placements.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <div class="times">
            <label class="field">
              <span>From (optional, your local time)</span>
              <input class="input" type="datetime-local" name="start" value={draft.start} onInput={(event) => set({ start: event.currentTarget.value })} />
            </label>
            <label class="field">
              <span>Until (optional, your local time)</span>
              <input class="input" type="datetime-local" name="end" value={draft.end} onInput={(event) => set({ end: event.currentTarget.value })} />
            </label>
          </div>
          <label class="field">
            <span>Why (optional, kept in the history)</span>
            <input class="input" name="reason" dir="auto" maxLength={1000} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
          </label>
          <div role="alert">{error !== undefined && <Refused error={error} isNew={rule === undefined} />}</div>
          <footer class="row">
            <button type="button" class="button" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" class="button first" disabled={busy || lacks !== ""} title={lacks}>
              {busy ? "Please wait…" : "Save"}
            </button>
            <span class="soft">{lacks}</span>
          </footer>
        </form>
      </Card>
      <Card title="Effect" note="Real visitors' lists with this rule, beside today's. Looking saves nothing." size="half">
        <Effect draft={draft} rule={rule} />
      </Card>
    </>
  );
}

const CONFLICT = 409;

function Refused({ error, isNew }: { error: unknown; isNew: boolean }) {
  const isConflict = error instanceof ApiError && error.status === CONFLICT;
  return (
    <div class="notice bad">
      <div>
        <strong>{isConflict ? conflict(isNew) : "The rule was not saved."}</strong> {errorText(error)}
      </div>
    </div>
  );
}

function conflict(isNew: boolean): string {
  if (isNew) return "There is a rule of this name: edit that one, or write another name.";
  return "Somebody else has changed this rule. Cancel shows their version; yours stays here until then.";
}
