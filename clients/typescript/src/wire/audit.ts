import type { AuditEntry, AuditKind } from "../core/rules.js";
import * as pb from "../gen/headwater/v1/audit_service_pb.js";
import { fromTime } from "./values.js";

const KINDS: Record<AuditKind, pb.AuditKind> = {
  setting: pb.AuditKind.SETTING,
  rule: pb.AuditKind.RULE,
  policy: pb.AuditKind.POLICY,
  promotion: pb.AuditKind.PROMOTION,
  experiment: pb.AuditKind.EXPERIMENT,
  deletion: pb.AuditKind.DELETION,
  erasure: pb.AuditKind.ERASURE,
  build: pb.AuditKind.BUILD,
  quarantine: pb.AuditKind.QUARANTINE,
  key: pb.AuditKind.KEY,
  session: pb.AuditKind.SESSION,
};
const NAMES = new Map(Object.entries(KINDS).map(([name, kind]) => [kind, name as AuditKind]));

/** Return the kinds as numbers. */
export function toAuditKinds(kinds: readonly AuditKind[]): pb.AuditKind[] {
  return kinds.map((kind) => {
    const found = KINDS[kind];
    if (found === undefined) throw new TypeError(`kinds: "${kind}" is not one of ${Object.keys(KINDS).join(", ")}`);
    return found;
  });
}

/** Read an entry of the audit log. */
export function fromAuditEntry(one: pb.AuditEntry): AuditEntry {
  const { who, action, subject, oldValue, newValue, reason } = one;
  const kind = NAMES.get(one.kind);
  return {
    kind,
    changeTime: fromTime(one.changeTime),
    who,
    action,
    subject,
    oldValue,
    newValue,
    reason,
    count: Number(one.count),
  };
}
