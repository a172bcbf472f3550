package io.headwater;

import io.headwater.v1.ArmAssignment;
import io.headwater.v1.AssignArmsRequest;
import io.headwater.v1.CreateExperimentRequest;
import io.headwater.v1.CreateExperimentResponse;
import io.headwater.v1.Evaluation;
import io.headwater.v1.EvaluationView;
import io.headwater.v1.Experiment;
import io.headwater.v1.ExperimentServiceGrpc;
import io.headwater.v1.GetExperimentReportRequest;
import io.headwater.v1.GetExperimentReportResponse;
import io.headwater.v1.GetExperimentRequest;
import io.headwater.v1.ListEvaluationsRequest;
import io.headwater.v1.ListEvaluationsResponse;
import io.headwater.v1.ListExperimentsRequest;
import io.headwater.v1.ListExperimentsResponse;
import io.headwater.v1.ListPoliciesRequest;
import io.headwater.v1.ListPoliciesResponse;
import io.headwater.v1.Policy;
import io.headwater.v1.PromotePolicyRequest;
import io.headwater.v1.PromotePolicyResponse;
import io.headwater.v1.Promotion;
import io.headwater.v1.RollbackPolicyRequest;
import io.headwater.v1.RollbackPolicyResponse;
import io.headwater.v1.StopExperimentRequest;
import io.headwater.v1.StopExperimentResponse;
import io.headwater.v1.UpsertPolicyRequest;
import io.headwater.v1.UpsertPolicyResponse;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Policies, and experiments that compare them. The key needs the scope {@code experiments}.
 *
 * <p>Every call is retried while the server is away: what is done already is not done again. A {@link
 * FailedPreconditionException} has the conditions that fail.
 */
public final class Experiments {
  private static final int ENTRIES_A_PAGE = 100;

  private final Caller caller;

  Experiments(Caller caller) {
    this.caller = caller;
  }

  /** Writes a policy. It changes no list until an arm uses it or it is promoted. */
  public UpsertPolicyResponse upsertPolicy(Policy policy, CallOption... options) {
    return caller.call(
        ExperimentServiceGrpc.getUpsertPolicyMethod(),
        UpsertPolicyRequest.newBuilder().setPolicy(policy).build(),
        CallSettings.of(options));
  }

  /** Streams the policies by id, and requests each page when it is needed. */
  public Stream<Policy> listPolicies(CallOption... options) {
    Function<String, ListPoliciesResponse> page = token -> policies(ENTRIES_A_PAGE, token, options);
    return Pages.of(page, ListPoliciesResponse::getNextPageToken, "")
        .flatMap(response -> response.getPoliciesList().stream());
  }

  /** Returns the stack of promotions, the latest last. */
  public List<Promotion> listPromotions(CallOption... options) {
    return policies(1, "", options).getPromotionsList();
  }

  private ListPoliciesResponse policies(int pageSize, String token, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    ListPoliciesRequest request =
        ListPoliciesRequest.newBuilder()
            .setPageSize(pageSize)
            .setPageToken(token)
            .setMinOffset(settings.offsetOr(""))
            .build();
    return caller.call(ExperimentServiceGrpc.getListPoliciesMethod(), request, settings);
  }

  /**
   * Puts a policy in force for all visitors, if the report in {@code require_report} supports it; {@code
   * force} is a reason to do it without.
   */
  public PromotePolicyResponse promotePolicy(PromotePolicyRequest request, CallOption... options) {
    return caller.call(
        ExperimentServiceGrpc.getPromotePolicyMethod(), request, CallSettings.of(options));
  }

  /** Takes the latest promotion back, which must be this policy's. */
  public RollbackPolicyResponse rollbackPolicy(
      RollbackPolicyRequest request, CallOption... options) {
    return caller.call(
        ExperimentServiceGrpc.getRollbackPolicyMethod(), request, CallSettings.of(options));
  }

  /** Creates an experiment; it starts at once or at its start_time. */
  public CreateExperimentResponse createExperiment(Experiment experiment, CallOption... options) {
    return caller.call(
        ExperimentServiceGrpc.getCreateExperimentMethod(),
        CreateExperimentRequest.newBuilder().setExperiment(experiment).build(),
        CallSettings.of(options));
  }

  /** Returns an experiment; {@link NotFoundException} when there is none with the id. */
  public Experiment getExperiment(String experimentId, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    GetExperimentRequest request =
        GetExperimentRequest.newBuilder()
            .setExperimentId(experimentId)
            .setMinOffset(settings.offsetOr(""))
            .build();
    return caller
        .call(ExperimentServiceGrpc.getGetExperimentMethod(), request, settings)
        .getExperiment();
  }

  /** Streams the experiments by id, also those that ended; requests each page when it is needed. */
  public Stream<Experiment> listExperiments(CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    ListExperimentsRequest first =
        ListExperimentsRequest.newBuilder()
            .setPageSize(ENTRIES_A_PAGE)
            .setMinOffset(settings.offsetOr(""))
            .build();
    Function<String, ListExperimentsResponse> page =
        token ->
            caller.call(
                ExperimentServiceGrpc.getListExperimentsMethod(),
                first.toBuilder().setPageToken(token).build(),
                settings);
    return Pages.of(page, ListExperimentsResponse::getNextPageToken, "")
        .flatMap(response -> response.getExperimentsList().stream());
  }

  /** Stops an experiment for good, or closes only the arm {@code arm_id}. */
  public StopExperimentResponse stopExperiment(
      StopExperimentRequest request, CallOption... options) {
    return caller.call(
        ExperimentServiceGrpc.getStopExperimentMethod(), request, CallSettings.of(options));
  }

  /** Returns an experiment's figures; with {@code as_of} only those of exactly that state. */
  public GetExperimentReportResponse getExperimentReport(
      GetExperimentReportRequest request, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    return caller.call(
        ExperimentServiceGrpc.getGetExperimentReportMethod(),
        request.toBuilder().setMinOffset(settings.offsetOr(request.getMinOffset())).build(),
        settings);
  }

  /**
   * Streams what {@code headwater evaluate} published, newest first; with {@link
   * CallOption#withoutReports} all but {@code report_json}.
   */
  public Stream<Evaluation> listEvaluations(CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    ListEvaluationsRequest first =
        ListEvaluationsRequest.newBuilder()
            .setPageSize(ENTRIES_A_PAGE)
            .setView(
                settings.withoutReports
                    ? EvaluationView.EVALUATION_VIEW_SUMMARY
                    : EvaluationView.EVALUATION_VIEW_FULL)
            .build();
    Function<String, ListEvaluationsResponse> page =
        token ->
            caller.call(
                ExperimentServiceGrpc.getListEvaluationsMethod(),
                first.toBuilder().setPageToken(token).build(),
                settings);
    return Pages.of(page, ListEvaluationsResponse::getNextPageToken, "")
        .flatMap(response -> response.getEvaluationsList().stream());
  }

  /** Returns a visitor's arms. Only recommend and an impression expose a visitor to one. */
  public List<ArmAssignment> assignArms(AssignArmsRequest request, CallOption... options) {
    CallSettings settings = CallSettings.of(options);
    return caller
        .call(
            ExperimentServiceGrpc.getAssignArmsMethod(),
            request.toBuilder().setMinOffset(settings.offsetOr(request.getMinOffset())).build(),
            settings)
        .getArmsList();
  }
}
