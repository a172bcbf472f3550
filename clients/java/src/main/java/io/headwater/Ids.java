package io.headwater;

import java.util.UUID;

/** Makes unique ids. */
final class Ids {
  private Ids() {}

  /** Returns 32 hexadecimal characters. */
  static String create() {
    return UUID.randomUUID().toString().replace("-", "");
  }
}
