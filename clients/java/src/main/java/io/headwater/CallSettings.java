package io.headwater;

import java.time.Duration;
import java.util.List;

/** What the {@link CallOption}s of one call add up to. */
public final class CallSettings {
  String minOffset = "";
  List<String> fallback;
  Duration timeout;

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
