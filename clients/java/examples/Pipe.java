import io.headwater.Events;
import io.headwater.FeedbackBuffer;
import io.headwater.HeadwaterClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Feedback without waiting: reads events from standard input, one per line ("visitor click item"),
 * and sends them through a buffer.
 *
 * <pre>java -cp 'target/classes:target/dependency/*' examples/Pipe.java &lt; events.txt</pre>
 *
 * Events that are not learned are logged on standard error. The last line is a summary, as JSON.
 */
public final class Pipe {
  public static void main(String[] arguments) throws Exception {
    String target = System.getenv().getOrDefault("HEADWATER_TARGET", "127.0.0.1:50051");
    String key = System.getenv().getOrDefault("HEADWATER_KEY", "");
    AtomicInteger lost = new AtomicInteger();
    int added = 0;
    try (HeadwaterClient client = HeadwaterClient.connect(target).key(key).build()) {
      FeedbackBuffer buffer =
          client.feedbackBuffer().onLost((event, reason) -> lost.incrementAndGet()).build();
      try (buffer; // closed before the client, also after an error, so that nothing is lost
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine(), added++) {
          String[] words = line.trim().split("\\s+");
          buffer.add(Events.of(words[1], words[0], words[2]).build());
        }
        buffer.flush(Duration.ofMinutes(1)); // the server may be away at the moment
      }
      System.out.printf(
          "{\"added\": %d, \"lost\": %d, \"offset\": \"%s\"}%n", added, lost.get(), buffer.offset());
    }
  }
}
