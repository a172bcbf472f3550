package io.headwater;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/** Checks what a caller passes, and names what is wrong with it. */
final class Arguments {
  private static final Duration LONGEST = Duration.ofDays(36_500); // more has too many nanoseconds
  private static final Pattern ADDRESS = Pattern.compile("[^/\\s]+:(\\d{1,5})");
  private static final Pattern HOST = Pattern.compile("[^/:\\s]+");
  // by gRPC, or by a resolver that the caller has registered
  private static final Pattern RESOLVED =
      Pattern.compile("((dns|unix|xds|ipv4|ipv6):|[a-z][a-z0-9+.-]*:///).*");
  private static final int PORT_MAX = 65_535;

  private Arguments() {}

  /** Returns the duration, at most a hundred years. */
  static Duration duration(String name, Duration given) {
    Objects.requireNonNull(given, name + " is null");
    return given.compareTo(LONGEST) > 0 ? LONGEST : given;
  }

  /** Returns the duration, at most a hundred years; refuses a negative one. */
  static Duration notNegative(String name, Duration given) {
    if (duration(name, given).isNegative()) {
      throw new IllegalArgumentException(name + " is negative");
    }
    return duration(name, given);
  }

  /** Returns the target; gRPC would take port 80 or 443 in place of one that is missing. */
  static String target(String target, boolean encrypted) {
    Objects.requireNonNull(target, "target is null");
    var address = ADDRESS.matcher(target);
    boolean hasPort = address.matches() && Integer.parseInt(address.group(1)) <= PORT_MAX;
    if (hasPort || RESOLVED.matcher(target).matches() || encrypted && HOST.matcher(target).matches()) {
      return target;
    }
    throw new IllegalArgumentException("the target must be host:port, such as \"127.0.0.1:50051\"");
  }
}
