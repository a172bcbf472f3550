import io.headwater.Events;
import io.headwater.FeedbackBuffer;
import io.headwater.HeadwaterClient;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Feedback that nobody waits for: reads events from standard input, one a line ("visitor click
 * item"), and sends them through a buffer.
 *
 * <pre>java -cp 'target/classes:target/dependency/*' examples/Pipe.java &lt; events.txt</pre>
 *
 * What is not learned is told on standard error; the last line says how it went, as JSON.
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
      try (buffer; // closed before the client, also after an error: nothing is lost
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine(), added++) {
          String[] words = line.trim().split("\\s+");
          buffer.add(Events.of(words[1], words[0], words[2]).build());
        }
        buffer.flush(Duration.ofMinutes(1)); // the server may be away just now
      }
      System.out.printf(
          "{\"added\": %d, \"lost\": %d, \"offset\": \"%s\"}%n", added, lost.get(), buffer.offset());
    }
  }
}
