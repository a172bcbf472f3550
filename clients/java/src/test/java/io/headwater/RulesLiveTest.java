package io.headwater;

import static io.headwater.FakeServer.PATIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.headwater.v1.AuditEntry;
import io.headwater.v1.DeleteRuleRequest;
import io.headwater.v1.Item;
import io.headwater.v1.ListAuditEntriesRequest;
import io.headwater.v1.PinRule;
import io.headwater.v1.PreviewRulesRequest;
import io.headwater.v1.PreviewRulesResponse;
import io.headwater.v1.RestoreRuleRequest;
import io.headwater.v1.Rule;
import io.headwater.v1.RuleQuestion;
import io.headwater.v1.UpsertRuleRequest;
import io.headwater.v1.UpsertRuleResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Rules of editors on the server in HEADWATER_TARGET and HEADWATER_KEY, see LiveTest. */
@EnabledIfEnvironmentVariable(named = "HEADWATER_TARGET", matches = ".+")
class RulesLiveTest {
  private static final String NAME = "java lamp";

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

  private static Rule pinned(int slot) {
    PinRule pin = PinRule.newBuilder().setSlot(slot).addItemIds("java-lamp").build();
    return Rule.newBuilder().setName(NAME).addPlacements("java-rules").setPin(pin).build();
  }

  private static UpsertRuleRequest unread(int slot) {
    return UpsertRuleRequest.newBuilder().setRule(pinned(slot)).setRevision(0).build();
  }

  @Test
  void aRuleFromItsPreviewToItsUndo() {
    Rules rules = client.rules();
    client.catalog().upsertItems(List.of(Item.newBuilder().setItemId("java-lamp").build()), PATIENT);
    RuleQuestion asked =
        RuleQuestion.newBuilder().setVisitorId("ann").setPlacement("java-rules").build();
    PreviewRulesResponse preview =
        rules.previewRules(
            PreviewRulesRequest.newBuilder().addDrafts(pinned(1)).addQuestions(asked).build(),
            PATIENT);
    assertEquals("java-lamp", preview.getLists(0).getAfter(0).getItemId());
    UpsertRuleResponse saved = rules.upsertRule(unread(1), PATIENT);
    assertThrows(HeadwaterException.class, () -> rules.upsertRule(unread(2), PATIENT));
    rules.deleteRule(DeleteRuleRequest.newBuilder().setName(NAME).build(), PATIENT);
    RestoreRuleRequest back =
        RestoreRuleRequest.newBuilder()
            .setName(NAME)
            .setToRevision(saved.getRule().getRevision())
            .build();
    assertEquals(1, rules.restoreRule(back, PATIENT).getRule().getPin().getSlot());
    assertEquals(1, rules.listRules(PATIENT).filter(one -> one.getName().equals(NAME)).count());
    assertEquals(3, rules.listRuleChanges(NAME, PATIENT).count());
    RestoreRuleRequest gone = RestoreRuleRequest.newBuilder().setName(NAME).build();
    assertFalse(rules.restoreRule(gone, PATIENT).hasRule());
    AuditEntry newest =
        rules.listAuditEntries(ListAuditEntriesRequest.getDefaultInstance(), PATIENT)
            .findFirst()
            .orElseThrow();
    assertEquals("restored " + NAME, newest.getAction() + " " + newest.getSubject());
  }
}
