/** The changes of rules, and their undo. */

import { useState } from "preact/hooks";

import { errorText } from "../../api/errors";
import type { RestoreRuleResponseJson, RuleChangeJson, RuleJson } from "../../api/types";
import { change as make, type OnDone } from "../../lib/changes";
import { useApi } from "../../lib/context";
import { int } from "../../lib/format";
import { kindOf, meaning } from "../../lib/rules/draft";
import { More } from "../../ui/more";
import { Ago, Empty } from "../../ui/parts";
import { Table } from "../../ui/table";

interface HistoryProps {
  changes: readonly RuleChangeJson[];
  rules: readonly RuleJson[];
  may: boolean;
  onDone: OnDone;
}

export function History({ changes, rules, may, onDone }: HistoryProps) {
  const [error, setError] = useState<unknown>();
  if (changes.length === 0) {
    return (
      <Empty icon="check" title="No changes">
        No editor has changed a rule yet.
      </Empty>
    );
  }
  const latest = new Map(changes.toReversed().map((one) => [one.name, one.revision]));
  return (
    <>
      {error !== undefined && (
        <div class="notice bad" role="alert">
          <div>
            <strong>Nothing was changed.</strong> {errorText(error)}
          </div>
        </div>
      )}
      <More entries={changes} label="Show older changes">
        {(shown) => (
          <Table label="History" columns={["Change", "Before", "After", "Who", ""]}>
            {shown.map((one) => (
              <tr key={one.revision}>
                <th scope="row">
                  {one.name}
                  <span class="second">
                    {one.revision} · {verb(one)} <Ago time={one.changeTime} />
                  </span>
                  {one.reason && <span class="second why">{one.reason}</span>}
                </th>
                <td>{short(one.before)}</td>
                <td>{short(one.after)}</td>
                <td>{one.who}</td>
                <td class="right">{latest.get(one.name) === one.revision && <Undo change={one} rules={rules} may={may} onDone={onDone} onError={setError} />}</td>
              </tr>
            ))}
          </Table>
        )}
      </More>
    </>
  );
}

function verb(one: RuleChangeJson): string {
  if (one.restoredRevision !== undefined) return "restored";
  if (!one.after) return "deleted";
  return one.before ? "changed" : "added";
}

function short(rule: RuleJson | undefined) {
  if (!rule) return <span class="faint">none</span>;
  return (
    <span class="why">
      {kindOf(rule)}, {meaning(rule)}
      {rule.filter && <span class="second">{rule.filter}</span>}
      <span class="second">{(rule.placements ?? []).join(", ")}</span>
    </span>
  );
}

interface UndoProps extends Omit<HistoryProps, "changes"> {
  change: RuleChangeJson;
  onError: (error: unknown) => void;
}

function Undo({ change, rules, may, onDone, onError }: UndoProps) {
  const api = useApi();
  const { name = "", previousRevision = "0" } = change;
  const present = rules.find((rule) => rule.name === name);
  const undo = async () => {
    onError(undefined);
    const body = { name, toRevision: previousRevision, revision: String(int(present?.revision)) };
    try {
      await make(onDone, `The change of ${name} is undone.`, () => api.post<RestoreRuleResponseJson>("/v1/rules:restore", body));
    } catch (error) {
      onError(error);
    }
  };
  return (
    <button type="button" class="button" disabled={!may} aria-label={`Undo the change of ${name}`} onClick={() => void undo()}>
      Undo
    </button>
  );
}
