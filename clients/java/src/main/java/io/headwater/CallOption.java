package io.headwater;

import java.time.Duration;
import java.util.List;

/** How one call is made. */
public interface CallOption {
  /** Takes its place among the settings of a call. */
  void applyTo(CallSettings settings);

  /**
   * Has a list answered by a state that has learned what a FeedbackResponse with this offset, or a
   * write, has told: read your own feedback. "" asks for nothing.
   */
  static CallOption minOffset(String offset) {
    return settings -> settings.minOffset = offset;
  }

  /**
   * Gives {@code recommend} the items that are shown while the server is away, late or overloaded. A
   * mistake in the question, or a wrong key, is thrown as ever.
   */
  static CallOption fallback(List<String> itemIds) {
    return settings -> settings.fallback = List.copyOf(itemIds);
  }

  /** How long the call may take, its retries included. */
  static CallOption timeout(Duration timeout) {
    return settings -> settings.timeout = timeout;
  }
}
