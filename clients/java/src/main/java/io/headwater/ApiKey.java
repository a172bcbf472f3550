package io.headwater;

import io.grpc.CallCredentials;
import io.grpc.Metadata;
import java.util.concurrent.Executor;

/** Sends a key as the credentials of each call. */
final class ApiKey extends CallCredentials {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final String key;

  ApiKey(String key) {
    if (!key.chars().allMatch(character -> character > ' ' && character <= '~')) {
      throw new IllegalArgumentException(
          "a key has printable ASCII characters only, and no spaces");
    }
    this.key = key;
  }

  @Override
  public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + key);
    applier.apply(headers);
  }
}
