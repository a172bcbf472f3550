package io.headwater;

import java.time.Duration;
import java.util.List;

/** The settings of one call, collected from its {@link CallOption}s. */
public final class CallSettings {
  String minOffset = "";
  List<String> fallback;
  Duration timeout;
  boolean withoutReports;

  private CallSettings() {}

  static CallSettings of(CallOption... options) {
    CallSettings settings = new CallSettings();
    for (CallOption option : options) {
      option.applyTo(settings);
    }
    return settings;
  }

  String offsetOr(String offset) {
    return minOffset.isEmpty() ? offset : minOffset;
  }
}
