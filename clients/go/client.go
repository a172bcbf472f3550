package headwater

import (
	"crypto/tls"
	"errors"
	"math"
	"time"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// Client calls one Headwater server. Share it between goroutines, and close it.
//
// Every call has a deadline, retries included: the context's, or else the method's own. A call that
// fails returns an *Error. Reads and Feedback are retried while the server is away or overloaded;
// no event is learned twice, since each event has its id.
type Client struct {
	conn            *grpc.ClientConn
	recommendations headwaterv1.RecommendationServiceClient
	feedback        headwaterv1.FeedbackServiceClient
	catalog         headwaterv1.CatalogServiceClient
	users           headwaterv1.UserServiceClient
	model           headwaterv1.ModelServiceClient
	experiments     headwaterv1.ExperimentServiceClient
	rules           headwaterv1.RuleServiceClient
	audit           headwaterv1.AuditServiceClient
}

// New makes a client of the server at target, "host:port". It connects at the first call.
func New(target string, options ...Option) (*Client, error) {
	chosen := settings{}
	for _, option := range options {
		if option != nil {
			option(&chosen)
		}
	}
	if err := errors.Join(checkKey(chosen.key), checkTarget(target, chosen.tls != nil)); err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(target, chosen.dialOptions()...)
	if err != nil {
		return nil, err
	}
	return &Client{
		conn:            conn,
		recommendations: headwaterv1.NewRecommendationServiceClient(conn),
		feedback:        headwaterv1.NewFeedbackServiceClient(conn),
		catalog:         headwaterv1.NewCatalogServiceClient(conn),
		users:           headwaterv1.NewUserServiceClient(conn),
		model:           headwaterv1.NewModelServiceClient(conn),
		experiments:     headwaterv1.NewExperimentServiceClient(conn),
		rules:           headwaterv1.NewRuleServiceClient(conn),
		audit:           headwaterv1.NewAuditServiceClient(conn),
	}, nil
}

// Conn returns the connection, for any generated stub: its unary calls also have deadlines, retries,
// the key and *Error.
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

// Close closes the connection; calls in progress end with an error.
func (c *Client) Close() error { return c.conn.Close() }

// Option sets how the client connects.
type Option func(*settings)

type settings struct {
	key  string
	tls  *tls.Config
	more []grpc.DialOption
}

// WithKey sends a key with every call; a server that listens on more than loopback requires one.
// Without WithTLS the key is sent unencrypted: use it only inside your own network.
func WithKey(key string) Option { return func(s *settings) { s.key = key } }

// WithTLS encrypts the connection. An empty &tls.Config{} trusts the system's authorities. Set
// Certificates for a gateway that requires client certificates (mTLS).
func WithTLS(config *tls.Config) Option { return func(s *settings) { s.tls = config } }

// WithDialOptions passes more options to gRPC, such as OpenTelemetry's stats handler.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *settings) { s.more = append(s.more, options...) }
}

func (s *settings) dialOptions() []grpc.DialOption {
	transport := insecure.NewCredentials()
	if s.tls != nil {
		transport = credentials.NewTLS(s.tls)
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithChainUnaryInterceptor(callWithPlan),
		// gRPC waits up to two minutes between attempts to connect; a server restarts in seconds
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second,
			},
			MinConnectTimeout: 2 * time.Second,
		}),
		// a dead connection is found within 13 s, also while no call is made
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: 10 * time.Second, Timeout: 3 * time.Second, PermitWithoutStream: true,
		}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)), // the server limits its answers
	}
	if s.key != "" {
		options = append(options, grpc.WithPerRPCCredentials(bearer(s.key)))
	}
	return append(options, s.more...)
}
