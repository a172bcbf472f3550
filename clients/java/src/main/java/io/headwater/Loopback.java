package io.headwater;

import java.util.Locale;
import java.util.regex.Pattern;

/** Whether a target is on this machine: calls to it never go through a proxy. */
final class Loopback {
  private static final Pattern SCHEME = Pattern.compile("^(dns|ipv4|ipv6):(//[^/]*/)?");
  private static final Pattern HOST =
      Pattern.compile(
          "(([^:]+\\.)?localhost\\.?|127(\\.\\d+){3}|0\\.0\\.0\\.0)(:\\d+)?"
              + "|\\[?(::1?|::ffff:127(\\.\\d+){3})(\\]:\\d+|\\])?");

  private Loopback() {}

  static boolean isTarget(String target) {
    if (target.startsWith("unix:")) {
      return true;
    }
    String address = SCHEME.matcher(target.toLowerCase(Locale.ROOT)).replaceFirst("");
    return HOST.matcher(address).matches();
  }
}
