package io.headwater;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import java.util.concurrent.TimeUnit;

/** Sets how a client connects. */
public final class HeadwaterClientBuilder {
  private final String target;
  private ChannelCredentials credentials = InsecureChannelCredentials.create();
  private ApiKey key;

  HeadwaterClientBuilder(String target) {
    this.target = target;
  }

  /**
   * Sends a key with every call; a server that listens on more than loopback requires one. Without
   * {@link #tls} the key is sent unencrypted: use it only inside your own network. "" sends none.
   */
  public HeadwaterClientBuilder key(String key) {
    this.key = key.isEmpty() ? null : new ApiKey(key);
    return this;
  }

  /** Encrypts the connection, and trusts the system's authorities. */
  public HeadwaterClientBuilder tls() {
    return tls(TlsChannelCredentials.create());
  }

  /**
   * Encrypts the connection with these credentials, such as {@code
   * TlsChannelCredentials.newBuilder().trustManager(authority).keyManager(certificate, key).build()}.
   */
  public HeadwaterClientBuilder tls(ChannelCredentials credentials) {
    this.credentials = credentials;
    return this;
  }

  /** Makes the client. It connects at its first call. */
  public HeadwaterClient build() {
    boolean encrypted = !(credentials instanceof InsecureChannelCredentials);
    ManagedChannelBuilder<?> channel =
        Grpc.newChannelBuilder(Arguments.target(target, encrypted), credentials)
            // a dead connection is found within 13 s, also while no call is made
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(3, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true)
            .maxInboundMessageSize(Integer.MAX_VALUE); // the server limits its answers
    if (Loopback.isTarget(target)) {
      channel.proxyDetector(address -> null); // a proxy cannot reach this machine
    }
    return new HeadwaterClient(channel.build(), key);
  }
}
