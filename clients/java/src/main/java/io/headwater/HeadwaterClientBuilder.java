package io.headwater;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import java.util.concurrent.TimeUnit;

/** Says how the server is reached. */
public final class HeadwaterClientBuilder {
  private final String target;
  private ChannelCredentials credentials = InsecureChannelCredentials.create();
  private ApiKey key;

  HeadwaterClientBuilder(String target) {
    this.target = target;
  }

  /**
   * Sends a key with every call; servers that listen beyond their own machine ask for one. Without
   * {@link #tls} it travels as it is: keep it inside a network of your own. "" sends none.
   */
  public HeadwaterClientBuilder key(String key) {
    this.key = key.isEmpty() ? null : new ApiKey(key);
    return this;
  }

  /** Encrypts the connection, and trusts the machine's authorities. */
  public HeadwaterClientBuilder tls() {
    return tls(TlsChannelCredentials.create());
  }

  /**
   * Encrypts the connection as told, such as with {@code
   * TlsChannelCredentials.newBuilder().trustManager(authority).keyManager(certificate, key).build()}.
   */
  public HeadwaterClientBuilder tls(ChannelCredentials credentials) {
    this.credentials = credentials;
    return this;
  }

  /** Makes the client. Nothing is sent before its first call. */
  public HeadwaterClient build() {
    ManagedChannelBuilder<?> channel =
        Grpc.newChannelBuilder(target, credentials)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS);
    return new HeadwaterClient(channel.build(), key);
  }
}
