package io.headwater;

import static io.headwater.FakeServer.PATIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.headwater.v1.AssignArmsRequest;
import io.headwater.v1.CreateExperimentResponse;
import io.headwater.v1.Evaluation;
import io.headwater.v1.Experiment;
import io.headwater.v1.ExperimentArm;
import io.headwater.v1.ExperimentReport;
import io.headwater.v1.ExperimentState;
import io.headwater.v1.GetExperimentReportRequest;
import io.headwater.v1.Item;
import io.headwater.v1.Policy;
import io.headwater.v1.PrimaryMetric;
import io.headwater.v1.PromotePolicyRequest;
import io.headwater.v1.Promotion;
import io.headwater.v1.RecommendRequest;
import io.headwater.v1.ReportReference;
import io.headwater.v1.RollbackPolicyRequest;
import io.headwater.v1.StopExperimentRequest;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Policies and experiments on the server in HEADWATER_TARGET and HEADWATER_KEY, see LiveTest. */
@EnabledIfEnvironmentVariable(named = "HEADWATER_TARGET", matches = ".+")
class ExperimentsLiveTest {
  private static final Experiment WARMER =
      Experiment.newBuilder()
          .setExperimentId("java-warmer")
          .setLayer("java")
          .addPlacements("java")
          .addArms(ExperimentArm.newBuilder().setArmId("control"))
          .addArms(ExperimentArm.newBuilder().setArmId("warm").setPolicyId("java-warm"))
          .setPrimary(PrimaryMetric.newBuilder().setMetric("act_rate"))
          .build();

  private HeadwaterClient client;

  @BeforeEach
  void connect() {
    String target = System.getenv("HEADWATER_TARGET");
    client = HeadwaterClient.connect(target).key(System.getenv("HEADWATER_KEY")).build();
  }

  @AfterEach
  void close() {
    client.close();
  }

  private Experiments begun() {
    Struct values =
        Struct.newBuilder()
            .putFields("exploration_temperature", Value.newBuilder().setNumberValue(0.4).build())
            .build();
    Policy warm = Policy.newBuilder().setPolicyId("java-warm").setOverrides(values).build();
    client.experiments().upsertPolicy(warm, PATIENT);
    return client.experiments();
  }

  @Test
  void anExperimentFromItsPolicyToTheRollbackOfAPromotion() {
    Experiments experiments = begun();
    CreateExperimentResponse made = experiments.createExperiment(WARMER, PATIENT);
    assertEquals(made, experiments.createExperiment(WARMER, PATIENT)); // as after a lost response
    client.catalog().upsertItems(List.of(Item.newBuilder().setItemId("java-arm").build()), PATIENT);
    Recommendation slate =
        client.recommend(
            RecommendRequest.newBuilder().setVisitorId("ann").setPlacement("java").build(), PATIENT);
    AssignArmsRequest asked =
        AssignArmsRequest.newBuilder().setVisitorId("ann").setPlacement("java").build();
    assertEquals(1, slate.arms().size());
    assertEquals(
        slate.arms(),
        experiments.assignArms(asked, PATIENT, CallOption.minOffset(made.getOffset())));
    ExperimentReport report =
        experiments
            .getExperimentReport(
                GetExperimentReportRequest.newBuilder().setExperimentId("java-warmer").build(),
                PATIENT)
            .getReport();
    assertFalse(report.getArms(1).getPromotionBlockersList().isEmpty());
    PromotePolicyRequest.Builder promote =
        PromotePolicyRequest.newBuilder()
            .setPolicyId("java-warm")
            .setRequireReport(
                ReportReference.newBuilder().setExperimentId("java-warmer").setArmId("warm"));
    FailedPreconditionException refused =
        assertThrows(
            FailedPreconditionException.class,
            () -> experiments.promotePolicy(promote.build(), PATIENT));
    assertTrue(refused.conditions().get(0).contains("visitors"), refused::getMessage);
    experiments.promotePolicy(promote.setForce("a test").build(), PATIENT);
    List<Promotion> promotions = experiments.listPromotions(PATIENT);
    assertEquals("java-warm", promotions.get(promotions.size() - 1).getPolicyId());
    experiments.rollbackPolicy(
        RollbackPolicyRequest.newBuilder().setPolicyId("java-warm").build(), PATIENT);
    experiments.stopExperiment(
        StopExperimentRequest.newBuilder().setExperimentId("java-warmer").setReason("a test").build(),
        PATIENT);
    assertEquals(
        ExperimentState.EXPERIMENT_STATE_STOPPED,
        experiments.getExperiment("java-warmer", PATIENT).getState());
    assertTrue(
        experiments.listExperiments(PATIENT).anyMatch(one -> one.getExperimentId().equals("java-warmer")));
    assertTrue(experiments.listPolicies(PATIENT).anyMatch(one -> one.getPolicyId().equals("java-warm")));
    List<Evaluation> whole = experiments.listEvaluations(PATIENT).collect(Collectors.toList());
    List<Evaluation> short_ =
        experiments
            .listEvaluations(PATIENT, CallOption.withoutReports())
            .collect(Collectors.toList());
    assertEquals(List.of("run-0"), whole.stream().map(Evaluation::getEvaluationId).collect(Collectors.toList()));
    assertTrue(whole.get(0).getReportJson().startsWith("{"));
    assertEquals(
        List.of(whole.get(0).toBuilder().clearReportJson().build()), short_);
  }

  @Test
  void whatIsUnknownAndWhatIsUsedAreDifferentErrors() {
    Experiments experiments = begun();
    Experiment used =
        WARMER.toBuilder()
            .setExperimentId("java-used")
            .setLayer("java-2")
            .setPlacements(0, "elsewhere")
            .build();
    experiments.createExperiment(used, PATIENT);
    assertThrows(NotFoundException.class, () -> experiments.getExperiment("nobody", PATIENT));
    Experiment other = used.toBuilder().setPlacements(0, "somewhere").build();
    assertThrows(
        AlreadyExistsException.class, () -> experiments.createExperiment(other, PATIENT));
  }
}
