import type { CallOptions } from "../core/recommendations.js";
import { READING, REPEATABLE } from "../core/retrying.js";
import type { AuditEntry, AuditKind, KeptRule, PreviewQuestion, Rule, RuleChange, RulePreview } from "../core/rules.js";
import { AuditService } from "../gen/headwater/v1/audit_service_pb.js";
import { type RestoreRuleResponse, RuleService, type UpsertRuleResponse } from "../gen/headwater/v1/rule_service_pb.js";
import { fromAuditEntry, toAuditKinds } from "../wire/audit.js";
import { fromPreview, fromRule, fromRuleChange, previewRequest, toRule } from "../wire/rules.js";
import { WRITE_MS } from "./catalogue.js";
import { Experiments, type MinOffset } from "./experiments.js";

const RULES_A_PAGE = 100;

/** The revision that the author of a write has read, and why it is made. */
export interface RuleWriteOptions extends CallOptions {
  /** A `FailedPreconditionError` with the code Aborted is thrown if the rule has another revision now. Absent: it is not checked. */
  revision?: number;
  reason?: string;
}

/** The rule as it is now (absent: there is none), and the offset of a state in which it is so. */
export interface RuleAnswer {
  rule?: KeptRule;
  offset: string;
}

/**
 * Rules of the shop's editors, and the audit log. The key needs the scope `rules`, or `read` to read them. Every call
 * is repeated when the server is away: what is done already is not done again.
 */
export class Rules extends Experiments {
  readonly #rules = this.service(RuleService);
  readonly #audit = this.service(AuditService);

  /** Yield all rules, those in force first, in the order in which they count. */
  async *listRules(options: CallOptions & MinOffset = {}): AsyncGenerator<KeptRule> {
    let pageToken = "";
    do {
      const request = { pageSize: RULES_A_PAGE, pageToken, minOffset: options.minOffset ?? "" };
      const page = await this.make((each) => this.#rules.listRules(request, each), options, WRITE_MS, READING);
      yield* page.rules.map(fromRule);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Put a rule in force; its `warnings` name what nobody knows. Resolves when it is in force. */
  async upsertRule(rule: Rule, options: RuleWriteOptions = {}): Promise<RuleAnswer> {
    const request = { rule: toRule(rule), ...written(options) };
    return answered(await this.make((each) => this.#rules.upsertRule(request, each), options, WRITE_MS, REPEATABLE));
  }

  /** Delete a rule, also one of the settings; return the offset of a state without it. */
  async deleteRule(name: string, options: RuleWriteOptions = {}): Promise<string> {
    const request = { name, ...written(options) };
    return (await this.make((each) => this.#rules.deleteRule(request, each), options, WRITE_MS, REPEATABLE)).offset;
  }

  /** Yield the changes that are kept, newest first, of one rule or of all (""). */
  async *listRuleChanges(name = "", options: CallOptions & MinOffset = {}): AsyncGenerator<RuleChange> {
    let pageToken = "";
    do {
      const request = { name, pageSize: RULES_A_PAGE, pageToken, minOffset: options.minOffset ?? "" };
      const page = await this.make((each) => this.#rules.listRuleChanges(request, each), options, WRITE_MS, READING);
      yield* page.changes.map(fromRuleChange);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Make a rule what it was at an earlier revision; 0: what the settings say, or none. */
  async restoreRule(name: string, toRevision: number, options: RuleWriteOptions = {}): Promise<RuleAnswer> {
    const request = { name, toRevision: BigInt(toRevision), ...written(options) };
    return answered(await this.make((each) => this.#rules.restoreRule(request, each), options, WRITE_MS, REPEATABLE));
  }

  /** Return visitors' lists under drafts beside today's; nothing is put in force. */
  async previewRules(question: PreviewQuestion, options: CallOptions = {}): Promise<RulePreview> {
    const request = previewRequest(question);
    return fromPreview(await this.make((each) => this.#rules.previewRules(request, each), options, WRITE_MS, READING));
  }

  /** Yield who changed what, newest first; the key needs the scope `audit` or `read`. */
  async *listAuditEntries(
    kinds: readonly AuditKind[] = [],
    options: CallOptions & MinOffset = {},
  ): AsyncGenerator<AuditEntry> {
    let pageToken = "";
    do {
      const request = {
        kinds: toAuditKinds(kinds),
        pageSize: RULES_A_PAGE,
        pageToken,
        minOffset: options.minOffset ?? "",
      };
      const page = await this.make((each) => this.#audit.listAuditEntries(request, each), options, WRITE_MS, READING);
      yield* page.entries.map(fromAuditEntry);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }
}

function written({ revision, reason = "" }: RuleWriteOptions) {
  return { reason, ...(revision === undefined ? {} : { revision: BigInt(revision) }) };
}

function answered({ rule, offset }: UpsertRuleResponse | RestoreRuleResponse): RuleAnswer {
  return { rule: rule && fromRule(rule), offset };
}
