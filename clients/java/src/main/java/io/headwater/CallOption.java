package io.headwater;

import java.time.Duration;
import java.util.List;

/** An option of one call. */
public interface CallOption {
  /** Writes itself into the settings of a call. */
  void applyTo(CallSettings settings);

  /**
   * Requests a list from a state at least as new as this offset. Pass the offset of a
   * FeedbackResponse or of a write to see its effect. "" requires nothing.
   */
  static CallOption minOffset(String offset) {
    return settings -> settings.minOffset = offset;
  }

  /**
   * Sets the items that {@code recommend} returns while the server is away, late or overloaded. An
   * invalid request or a wrong key still throws.
   */
  static CallOption fallback(List<String> itemIds) {
    return settings -> settings.fallback = List.copyOf(itemIds);
  }

  /** Lets {@code listEvaluations} leave out the whole reports, which are up to 1 MB each. */
  static CallOption withoutReports() {
    return settings -> settings.withoutReports = true;
  }

  /** How long the call may take, its retries included. */
  static CallOption timeout(Duration timeout) {
    Duration kept = Arguments.duration("timeout", timeout);
    return settings -> settings.timeout = kept;
  }
}
