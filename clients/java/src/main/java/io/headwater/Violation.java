package io.headwater;

/** One field that is wrong with a request, named as the API does. */
public final class Violation {
  private final String field;
  private final String description;

  Violation(String field, String description) {
    this.field = field;
    this.description = description;
  }

  /** The place, such as {@code events[3].event_id}. */
  public String field() {
    return field;
  }

  /** What is wrong there. */
  public String description() {
    return description;
  }

  @Override
  public String toString() {
    return field + ": " + description;
  }
}
