package io.headwater;

import io.headwater.v1.AuditEntry;
import io.headwater.v1.AuditServiceGrpc;
import io.headwater.v1.DeleteRuleRequest;
import io.headwater.v1.DeleteRuleResponse;
import io.headwater.v1.ListAuditEntriesRequest;
import io.headwater.v1.ListAuditEntriesResponse;
import io.headwater.v1.ListRuleChangesRequest;
import io.headwater.v1.ListRuleChangesResponse;
import io.headwater.v1.ListRulesRequest;
import io.headwater.v1.ListRulesResponse;
import io.headwater.v1.PreviewRulesRequest;
import io.headwater.v1.PreviewRulesResponse;
import io.headwater.v1.RestoreRuleRequest;
import io.headwater.v1.RestoreRuleResponse;
import io.headwater.v1.Rule;
import io.headwater.v1.RuleChange;
import io.headwater.v1.RuleServiceGrpc;
import io.headwater.v1.UpsertRuleRequest;
import io.headwater.v1.UpsertRuleResponse;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Rules of the shop's editors, and the audit log. The key needs the scope {@code rules}, or {@code
 * read} to read them.
 *
 * <p>Every call is retried while the server is away: what is done already is not done again.
 */
public final class Rules {
  private static final int ENTRIES_A_PAGE = 100;

  private final Caller caller;

  Rules(Caller caller) {
    this.caller = caller;
  }

  /** Streams all rules, those in force first, in the order in which they count. */
  public Stream<Rule> listRules(CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    ListRulesRequest first =
        ListRulesRequest.newBuilder()
            .setPageSize(ENTRIES_A_PAGE)
            .setMinOffset(settings.offsetOr(""))
            .build();
    Function<String, ListRulesResponse> page =
        token ->
            caller.call(
                RuleServiceGrpc.getListRulesMethod(),
                first.toBuilder().setPageToken(token).build(),
                settings);
    return Pages.of(page, ListRulesResponse::getNextPageToken, "")
        .flatMap(response -> response.getRulesList().stream());
  }

  /** Puts a rule in force; its warnings name what nobody knows. */
  public UpsertRuleResponse upsertRule(UpsertRuleRequest request, CallOption... options) {
    return caller.call(RuleServiceGrpc.getUpsertRuleMethod(), request, CallSettings.of(options));
  }

  /** Deletes a rule, also one of the settings. */
  public DeleteRuleResponse deleteRule(DeleteRuleRequest request, CallOption... options) {
    return caller.call(RuleServiceGrpc.getDeleteRuleMethod(), request, CallSettings.of(options));
  }

  /** Streams the changes that are kept, newest first, of one rule or of all (""). */
  public Stream<RuleChange> listRuleChanges(String name, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    ListRuleChangesRequest first =
        ListRuleChangesRequest.newBuilder()
            .setName(name)
            .setPageSize(ENTRIES_A_PAGE)
            .setMinOffset(settings.offsetOr(""))
            .build();
    Function<String, ListRuleChangesResponse> page =
        token ->
            caller.call(
                RuleServiceGrpc.getListRuleChangesMethod(),
                first.toBuilder().setPageToken(token).build(),
                settings);
    return Pages.of(page, ListRuleChangesResponse::getNextPageToken, "")
        .flatMap(response -> response.getChangesList().stream());
  }

  /** Makes a rule what it was at an earlier revision; 0: what the settings say, or none. */
  public RestoreRuleResponse restoreRule(RestoreRuleRequest request, CallOption... options) {
    return caller.call(RuleServiceGrpc.getRestoreRuleMethod(), request, CallSettings.of(options));
  }

  /** Returns visitors' lists under drafts beside today's; nothing is put in force. */
  public PreviewRulesResponse previewRules(PreviewRulesRequest request, CallOption... options) {
    return caller.call(RuleServiceGrpc.getPreviewRulesMethod(), request, CallSettings.of(options));
  }

  /** Streams who changed what, newest first; {@code first} names the kinds and the author. */
  public Stream<AuditEntry> listAuditEntries(ListAuditEntriesRequest first, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    Function<String, ListAuditEntriesResponse> page =
        token ->
            caller.call(
                AuditServiceGrpc.getListAuditEntriesMethod(),
                first.toBuilder().setPageSize(ENTRIES_A_PAGE).setPageToken(token).build(),
                settings);
    return Pages.of(page, ListAuditEntriesResponse::getNextPageToken, "")
        .flatMap(response -> response.getEntriesList().stream());
  }
}
