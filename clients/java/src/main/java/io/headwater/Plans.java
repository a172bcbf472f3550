package io.headwater;

import io.grpc.MethodDescriptor;
import io.headwater.v1.AuditServiceGrpc;
import io.headwater.v1.CatalogServiceGrpc;
import io.headwater.v1.DeleteItemsRequest;
import io.headwater.v1.ExperimentServiceGrpc;
import io.headwater.v1.FeedbackServiceGrpc;
import io.headwater.v1.ItemWrite;
import io.headwater.v1.ModelServiceGrpc;
import io.headwater.v1.RecommendationServiceGrpc;
import io.headwater.v1.RuleServiceGrpc;
import io.headwater.v1.UpsertItemsRequest;
import io.headwater.v1.UpsertUsersRequest;
import io.headwater.v1.UserServiceGrpc;
import io.headwater.v1.UserWrite;
import java.util.HashMap;
import java.util.Map;

/** The plan of each method. A method without a plan is tried once. */
final class Plans {
  private static final Map<String, Plan> BY_METHOD = new HashMap<>();

  static {
    put(RecommendationServiceGrpc.getRecommendMethod(), Plan.READING);
    put(RecommendationServiceGrpc.getListSimilarItemsMethod(), Plan.READING);
    put(RecommendationServiceGrpc.getListTrendingItemsMethod(), Plan.READING);
    put(CatalogServiceGrpc.getGetItemMethod(), Plan.READING);
    put(UserServiceGrpc.getGetUserMethod(), Plan.READING);
    put(CatalogServiceGrpc.getListItemsMethod(), Plan.SLOW_READING);
    put(ModelServiceGrpc.getGetModelMethod(), Plan.SLOW_READING);
    put(UserServiceGrpc.getListVisitorsMethod(), Plan.SLOW_READING);
    put(ModelServiceGrpc.getGetMetricsMethod(), Plan.SLOW_READING);
    put(ModelServiceGrpc.getListMetricSamplesMethod(), Plan.SLOW_READING);
    put(ModelServiceGrpc.getGetServingMethod(), Plan.SLOW_READING);
    put(ModelServiceGrpc.getListReplicasMethod(), Plan.SLOW_READING);
    put(ModelServiceGrpc.getListQuarantinedEventsMethod(), Plan.SLOW_READING);
    put(ModelServiceGrpc.getGetStorageMethod(), Plan.SLOW_READING);
    put(ModelServiceGrpc.getGetPerformanceMethod(), Plan.SLOW_READING);
    put(ModelServiceGrpc.getListItemStatisticsMethod(), Plan.SLOW_READING);
    put(ModelServiceGrpc.getListSettingsChangesMethod(), Plan.SLOW_READING);
    put(ExperimentServiceGrpc.getAssignArmsMethod(), Plan.READING);
    put(ExperimentServiceGrpc.getListPoliciesMethod(), Plan.SLOW_READING);
    put(ExperimentServiceGrpc.getGetExperimentMethod(), Plan.SLOW_READING);
    put(ExperimentServiceGrpc.getListExperimentsMethod(), Plan.SLOW_READING);
    put(ExperimentServiceGrpc.getGetExperimentReportMethod(), Plan.SLOW_READING);
    put(ExperimentServiceGrpc.getListEvaluationsMethod(), Plan.SLOW_READING);
    put(ExperimentServiceGrpc.getUpsertPolicyMethod(), Plan.WRITING); // what is done stays so
    put(ExperimentServiceGrpc.getPromotePolicyMethod(), Plan.WRITING);
    put(ExperimentServiceGrpc.getRollbackPolicyMethod(), Plan.WRITING);
    put(ExperimentServiceGrpc.getCreateExperimentMethod(), Plan.WRITING);
    put(ExperimentServiceGrpc.getStopExperimentMethod(), Plan.WRITING);
    put(RuleServiceGrpc.getListRulesMethod(), Plan.SLOW_READING);
    put(RuleServiceGrpc.getListRuleChangesMethod(), Plan.SLOW_READING);
    put(RuleServiceGrpc.getPreviewRulesMethod(), Plan.SLOW_READING);
    put(AuditServiceGrpc.getListAuditEntriesMethod(), Plan.SLOW_READING);
    put(RuleServiceGrpc.getUpsertRuleMethod(), Plan.WRITING); // what is done stays so
    put(RuleServiceGrpc.getDeleteRuleMethod(), Plan.WRITING);
    put(RuleServiceGrpc.getRestoreRuleMethod(), Plan.WRITING);
    put(FeedbackServiceGrpc.getFeedbackMethod(), Plan.WRITING); // each event has its id
    put(UserServiceGrpc.getEraseUserMethod(), Plan.WRITING); // erasing twice has the same effect
    put(UserServiceGrpc.getUnlinkVisitorMethod(), Plan.WRITING);
    put(ModelServiceGrpc.getReplayQuarantinedEventsMethod(), Plan.WRITING); // each event has its id
    put(ModelServiceGrpc.getDropQuarantinedEventsMethod(), Plan.WRITING); // what is gone is no error
    put(ModelServiceGrpc.getEndSessionMethod(), Plan.WRITING); // a session ends once
  }

  private Plans() {}

  private static void put(MethodDescriptor<?, ?> method, Plan plan) {
    BY_METHOD.put(method.getFullMethodName(), plan);
  }

  static boolean knows(MethodDescriptor<?, ?> method) {
    return BY_METHOD.containsKey(method.getFullMethodName());
  }

  static Plan of(MethodDescriptor<?, ?> method) {
    return BY_METHOD.getOrDefault(method.getFullMethodName(), Plan.ONCE);
  }

  static Plan of(MethodDescriptor<?, ?> method, Object request) {
    return hasItsTime(request) ? Plan.WRITING : of(method);
  }

  /**
   * Whether every write of a request has its set_time. Only then a write that is repeated after a lost
   * response cannot undo a newer one.
   */
  private static boolean hasItsTime(Object request) {
    if (request instanceof UpsertItemsRequest) {
      return ((UpsertItemsRequest) request).getWritesList().stream().allMatch(ItemWrite::hasSetTime);
    }
    if (request instanceof UpsertUsersRequest) {
      return ((UpsertUsersRequest) request).getWritesList().stream().allMatch(UserWrite::hasSetTime);
    }
    return request instanceof DeleteItemsRequest && ((DeleteItemsRequest) request).hasSetTime();
  }
}
