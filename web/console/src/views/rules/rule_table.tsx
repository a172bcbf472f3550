/** All rules with their status and warnings, and what can be done with each. */

import { useState } from "preact/hooks";

import type { DeleteRuleResponseJson, RestoreRuleResponseJson, RuleJson } from "../../api/types";
import { errorText } from "../../api/errors";
import { change, type OnDone } from "../../lib/changes";
import { useApi } from "../../lib/context";
import { clock } from "../../lib/format";
import { kindOf, meaning } from "../../lib/rules/draft";
import type { Tone } from "../../lib/tone";
import { Confirm } from "../../ui/confirm";
import { Badge, Empty } from "../../ui/parts";
import { Table } from "../../ui/table";

const STATUS: Record<string, readonly [Tone, string]> = {
  RULE_STATUS_ACTIVE: ["good", "in force"],
  RULE_STATUS_SCHEDULED: ["accent", "scheduled"],
  RULE_STATUS_EXPIRED: ["", "expired"],
  RULE_STATUS_REPLACED: ["warn", "replaced by a policy"],
  RULE_STATUS_DELETED: ["", "deleted"],
};

interface RuleTableProps {
  rules: readonly RuleJson[];
  may: boolean;
  onEdit: (rule: RuleJson) => void;
  onDone: OnDone;
}

export function RuleTable({ rules, may, onEdit, onDone }: RuleTableProps) {
  if (rules.length === 0) {
    return (
      <Empty icon="rules" title="No rules yet">
        Pin an item, boost or bury some, cap or hide them. The lists are then the model's within these rules.
      </Empty>
    );
  }
  return (
    <Table label="All rules" columns={["Rule", "Status", "Where and when", "From", ""]}>
      {rules.map((rule) => (
        <Row key={rule.name} rule={rule} may={may} onEdit={onEdit} onDone={onDone} />
      ))}
    </Table>
  );
}

function Row({ rule, may, onEdit, onDone }: { rule: RuleJson } & Omit<RuleTableProps, "rules">) {
  const [tone, status] = STATUS[rule.status ?? ""] ?? (["", ""] as const);
  const isDeleted = rule.status === "RULE_STATUS_DELETED";
  return (
    <tr>
      <th scope="row">
        {rule.name}
        <span class="second why">
          {kindOf(rule)}, {meaning(rule)} {rule.filter && <code>{rule.filter}</code>}
        </span>
        {(rule.warnings ?? []).map((text) => (
          <span key={text} class="second why warning">
            {text}
          </span>
        ))}
      </th>
      <td>
        <Badge tone={tone}>{status}</Badge>
      </td>
      <td>
        {(rule.placements ?? []).join(", ") || "everywhere"}
        <span class="second">{span(rule)}</span>
      </td>
      <td>
        {rule.source === "RULE_SOURCE_EDITOR" ? rule.who || "an editor" : rule.source === "RULE_SOURCE_POLICY" ? "a policy" : "the settings"}
        {rule.overridesSettings && <span class="second">over the settings</span>}
      </td>
      <td class="right nowrap">{isDeleted ? <Restore rule={rule} may={may} onDone={onDone} /> : <Tools rule={rule} may={may} onEdit={onEdit} onDone={onDone} />}</td>
    </tr>
  );
}

function span(rule: RuleJson): string {
  const from = rule.startTime ? `from ${clock(rule.startTime)}` : "";
  const until = rule.endTime ? `until ${clock(rule.endTime)}` : "";
  return [from, until].filter(Boolean).join(" ") || "always";
}

function Tools({ rule, may, onEdit, onDone }: { rule: RuleJson } & Omit<RuleTableProps, "rules">) {
  const api = useApi();
  const [asks, setAsks] = useState(false);
  const { name = "", revision = "0" } = rule;
  const remove = () => change(onDone, `The rule ${name} is deleted.`, () => api.post<DeleteRuleResponseJson>("/v1/rules:delete", { name, revision }));
  return (
    <>
      <button type="button" class="button quiet" disabled={!may} aria-label={`Edit ${name}`} onClick={() => onEdit(rule)}>
        Edit
      </button>
      <button type="button" class="button quiet" disabled={!may} aria-label={`Delete ${name}`} onClick={() => setAsks(true)}>
        Delete
      </button>
      {asks && (
        <Confirm title={`Delete ${name}?`} action="Delete" onConfirm={remove} onClose={() => setAsks(false)}>
          <p>The next lists are without this rule. The history can bring it back.</p>
        </Confirm>
      )}
    </>
  );
}

function Restore({ rule, may, onDone }: { rule: RuleJson; may: boolean; onDone: OnDone }) {
  const api = useApi();
  const { name = "", revision = "0" } = rule;
  const [error, setError] = useState<unknown>();
  const restore = () => change(onDone, `The rule ${name} is as the settings say.`, () => api.post<RestoreRuleResponseJson>("/v1/rules:restore", { name, toRevision: "0", revision }));
  return (
    <>
      <button type="button" class="button quiet" disabled={!may} aria-label={`Restore ${name}`} onClick={() => void restore().then(() => setError(undefined), setError)}>
        Restore
      </button>
      {error !== undefined && (
        <span class="second why warning" role="alert">
          Not restored: {errorText(error)}
        </span>
      )}
    </>
  );
}
