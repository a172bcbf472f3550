import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions } from "../core/recommendations.js";
import { READING, REPEATABLE } from "../core/retrying.js";
import { type AuditEntry, type AuditKind, AuditService } from "../gen/headwater/v1/audit_service_pb.js";
import type { Rule, RuleChange, RuleSchema } from "../gen/headwater/v1/rule_pb.js";
import {
  type PreviewRulesRequestSchema,
  type PreviewRulesResponse,
  RuleService,
} from "../gen/headwater/v1/rule_service_pb.js";
import { WRITE_MS } from "./catalogue.js";
import { Experiments, type MinOffset } from "./experiments.js";

const RULES_A_PAGE = 100;

/** The revision that the author of a write has read, and why it is made. */
export interface RuleWriteOptions extends CallOptions {
  /** A `FailedPreconditionError` with the code Aborted is thrown if the rule has another revision now. Absent: it is not checked. */
  revision?: bigint;
  reason?: string;
}

/**
 * Rules of the shop's editors, as the API's messages. The key needs the scope `rules`, or `read` to read them. Every call
 * is repeated when the server is away: what is done already is not done again.
 */
export class Rules extends Experiments {
  readonly #rules = this.service(RuleService);
  readonly #audit = this.service(AuditService);

  /** Yield all rules, those in force first, in the order in which they count. */
  async *listRules(options: CallOptions & MinOffset = {}): AsyncGenerator<Rule> {
    let pageToken = "";
    do {
      const request = { pageSize: RULES_A_PAGE, pageToken, minOffset: options.minOffset ?? "" };
      const page = await this.make((each) => this.#rules.listRules(request, each), options, WRITE_MS, READING);
      yield* page.rules;
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Put a rule in force; its `warnings` name what nobody knows. Resolves when it is in force. */
  async upsertRule(
    rule: MessageInitShape<typeof RuleSchema>,
    options: RuleWriteOptions = {},
  ): Promise<{ rule?: Rule; offset: string }> {
    const request = { rule, ...written(options) };
    return this.make((each) => this.#rules.upsertRule(request, each), options, WRITE_MS, REPEATABLE);
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
      yield* page.changes;
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Make a rule what it was at an earlier revision; 0n: what the settings say, or none. */
  async restoreRule(
    name: string,
    toRevision: bigint,
    options: RuleWriteOptions = {},
  ): Promise<{ rule?: Rule; offset: string }> {
    const request = { name, toRevision, ...written(options) };
    return this.make((each) => this.#rules.restoreRule(request, each), options, WRITE_MS, REPEATABLE);
  }

  /** Return visitors' lists under drafts beside today's; nothing is put in force. */
  async previewRules(
    request: MessageInitShape<typeof PreviewRulesRequestSchema>,
    options: CallOptions = {},
  ): Promise<PreviewRulesResponse> {
    return this.make((each) => this.#rules.previewRules(request, each), options, WRITE_MS, READING);
  }

  /** Yield who changed what, newest first; the key needs the scope `audit` or `read`. */
  async *listAuditEntries(kinds: AuditKind[] = [], options: CallOptions & MinOffset = {}): AsyncGenerator<AuditEntry> {
    let pageToken = "";
    do {
      const request = { kinds, pageSize: RULES_A_PAGE, pageToken, minOffset: options.minOffset ?? "" };
      const page = await this.make((each) => this.#audit.listAuditEntries(request, each), options, WRITE_MS, READING);
      yield* page.entries;
      pageToken = page.nextPageToken;
    } while (pageToken);
  }
}

function written({ revision, reason = "" }: RuleWriteOptions) {
  return { reason, ...(revision === undefined ? {} : { revision }) };
}
