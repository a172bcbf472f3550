package io.headwater;

import io.grpc.Status;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A message that is too large. gRPC's status of it is that of an overload, but no later try helps. */
final class TooLarge {
  /** The texts of the server's gRPC, and of a gateway. */
  private static final Pattern TEXT =
      Pattern.compile(
          "(received|sent|send) message larger than max(?: \\((\\d+) vs\\.? (\\d+)\\))?"
              + "|larger than gateway_body_bytes_max",
          Pattern.CASE_INSENSITIVE);

  private TooLarge() {}

  /** Returns the status of an invalid request for one that is too large, and else {@code from}. */
  static Status asInvalid(Status from) {
    String said = from.getDescription();
    if (from.getCode() != Status.Code.RESOURCE_EXHAUSTED || said == null) {
      return from;
    }
    Matcher found = TEXT.matcher(said);
    if (!found.find()) {
      return from;
    }
    boolean isAnswer = "sent".equalsIgnoreCase(found.group(1));
    String text = found.group(2) == null ? said : sizes(isAnswer, found.group(2), found.group(3));
    String advice = isAnswer ? "ask for less" : "send less";
    return Status.INVALID_ARGUMENT.withDescription(text + ": " + advice + " in one call");
  }

  private static String sizes(boolean isAnswer, String size, String limit) {
    return "the " + (isAnswer ? "answer" : "request") + " has " + size + " bytes, the limit is " + limit;
  }
}
