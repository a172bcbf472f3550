package headwater

import (
	"crypto/tls"
	"time"

	headwaterv1 "github.com/headwater/headwater/clients/go/headwater/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// Client talks to one Headwater. Share it between goroutines, and close it.
//
// Every call has a deadline: the context's, or else the method's own, retries included. A call that
// fails returns an *Error. Reads and Feedback are tried again while the server is away or
// overloaded; nothing is ever learned twice, since each event carries its id.
type Client struct {
	conn            *grpc.ClientConn
	recommendations headwaterv1.RecommendationServiceClient
	feedback        headwaterv1.FeedbackServiceClient
	catalog         headwaterv1.CatalogServiceClient
	users           headwaterv1.UserServiceClient
	model           headwaterv1.ModelServiceClient
}

// New names the server, "host:port". Nothing is sent before the first call.
func New(target string, options ...Option) (*Client, error) {
	chosen := settings{}
	for _, option := range options {
		option(&chosen)
	}
	if err := checkKey(chosen.key); err != nil {
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
	}, nil
}

// Conn is the connection, for every generated stub: its unary calls have deadlines, retries, the key
// and *Error, too.
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

// Close ends the connection; calls under way end with an error.
func (c *Client) Close() error { return c.conn.Close() }

// Option says how the server is reached.
type Option func(*settings)

type settings struct {
	key  string
	tls  *tls.Config
	more []grpc.DialOption
}

// WithKey sends a key with every call; servers that listen beyond their own machine ask for one.
// Without WithTLS it travels as it is: keep it inside a network of your own.
func WithKey(key string) Option { return func(s *settings) { s.key = key } }

// WithTLS encrypts the connection. An empty &tls.Config{} trusts the machine's authorities; one with
// Certificates shows ours, as a gateway with a client authority asks for.
func WithTLS(config *tls.Config) Option { return func(s *settings) { s.tls = config } }

// WithDialOptions hands more to gRPC, such as a stats handler of OpenTelemetry.
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
		// gRPC waits up to two minutes between attempts to connect; a restart here takes seconds
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second,
			},
			MinConnectTimeout: 2 * time.Second,
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
	}
	if s.key != "" {
		options = append(options, grpc.WithPerRPCCredentials(bearer(s.key)))
	}
	return append(options, s.more...)
}
