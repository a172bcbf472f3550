package io.headwater;

/** One invalid field of a request, named as in the API. */
public final class Violation {
  private final String field;
  private final String description;

  Violation(String field, String description) {
    this.field = field;
    this.description = description;
  }

  /** The field, such as {@code events[3].event_id}. */
  public String field() {
    return field;
  }

  /** What is wrong with it. */
  public String description() {
    return description;
  }

  @Override
  public String toString() {
    return field + ": " + description;
  }
}
