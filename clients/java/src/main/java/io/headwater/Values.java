package io.headwater;

import io.headwater.v1.Value;

/** Makes values of a context, or of an item's or an account's features. */
public final class Values {
  private Values() {}

  /** A category, such as "phone". */
  public static Value text(String text) {
    return Value.newBuilder().setText(text).build();
  }

  /** A quantity. */
  public static Value number(double number) {
    return Value.newBuilder().setNumber(number).build();
  }
}
