package headwater

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"
)

func probe(name string, f func() (any, error)) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "-> PANIC", r)
		}
	}()
	s := time.Now()
	a, err := f()
	var e *Error
	if errors.As(err, &e) {
		fmt.Println(name, "-> ", e.Code, "|", e.Message, "| field", e.Field(), time.Since(s).Round(time.Millisecond))
		return
	}
	fmt.Println(name, "->", fmt.Sprint(a)[:min(len(fmt.Sprint(a)), 120)], "|", err, time.Since(s).Round(time.Millisecond))
}

func TestProbe(t *testing.T) {
	ctx := context.Background()
	c, err := New("127.0.0.1:7601", WithKey("backend-key-0123456789"))
	fmt.Println(err)
	r := func(q *RecommendRequest, o ...CallOption) func() (any, error) {
		return func() (any, error) { s, err := c.Recommend(ctx, q, o...); if err != nil { return nil, err }; return s.ItemIDs(), nil }
	}
	probe("nil request", r(nil))
	probe("empty", r(&RecommendRequest{}))
	probe("bad utf8", r(&RecommendRequest{VisitorId: "a\xff"}))
	probe("bad utf8 fallback", r(&RecommendRequest{VisitorId: "a\xff"}, WithFallback("x")))
	probe("nil similar", func() (any, error) { return c.ListSimilarItems(ctx, nil) })
	probe("nil trending", func() (any, error) { return c.ListTrendingItems(ctx, nil) })
	probe("no events", func() (any, error) { return c.Feedback(ctx) })
	probe("nil event", func() (any, error) { return c.Feedback(ctx, nil) })
	probe("nil item in event", func() (any, error) { return c.Feedback(ctx, &Event{EventType: "click", VisitorId: "a", Items: []*EventItem{nil}}) })
	probe("bad utf8 event", func() (any, error) { return c.Feedback(ctx, NewEvent("click", "a", "i1"), NewEvent("click", "a\xff", "i1")) })
	probe("nan", func() (any, error) { e := NewEvent("click", "a", "i1"); e.Context = map[string]*Value{"x": Number(math.NaN()), "y": nil}; return c.Feedback(ctx, e) })
	probe("nil value", func() (any, error) { e := NewEvent("click", "a", "i1"); e.Context = map[string]*Value{"y": nil}; return c.Feedback(ctx, e) })
	probe("nil item", func() (any, error) { return c.UpsertItems(ctx, nil) })
	probe("nil write", func() (any, error) { return c.WriteItems(ctx, nil) })
	probe("no items", func() (any, error) { return c.UpsertItems(ctx) })
	probe("nil user", func() (any, error) { return c.UpsertUsers(ctx, nil) })
	probe("get nil", func() (any, error) { return c.GetUser(ctx, nil) })
	probe("erase nil", func() (any, error) { return c.EraseUser(ctx, nil) })
	probe("get empty", func() (any, error) { return c.GetItem(ctx, "") })
	probe("nil ctx", func() (any, error) { return c.GetItem(nil, "i1") })
	probe("list items break", func() (any, error) { n := 0; for _, err := range c.ListItems(ctx, nil) { if err != nil { return n, err }; n++; if n > 3 { break } }; return n, nil })
	cancelled, cancel := context.WithCancel(ctx); cancel()
	probe("cancelled", func() (any, error) { return c.GetItem(cancelled, "i1") })
	past, cancel2 := context.WithDeadline(ctx, time.Now().Add(-time.Second)); defer cancel2()
	probe("past", func() (any, error) { return c.GetItem(past, "i1") })
	probe("past fallback", func() (any, error) { s, err := c.Recommend(past, &RecommendRequest{VisitorId: "a"}, WithFallback("x")); if err != nil { return nil, err }; return s.ItemIDs(), nil })
	probe("huge", func() (any, error) { e := NewEvent("click", "a", "i1"); e.Placement = string(make([]byte, 5_000_000)); return c.Feedback(ctx, e) })
	for _, target := range []string{"", "127.0.0.1", "http://127.0.0.1:7601", "127.0.0.1:abc", "a b", "127.0.0.1:7601/x", "dns:///127.0.0.1:7601"} {
		probe("target "+target, func() (any, error) { k, err := New(target, WithKey("backend-key-0123456789")); if err != nil { return nil, err }; defer k.Close(); s, err := k.Recommend(ctx, &RecommendRequest{VisitorId: "a"}); if err != nil { return nil, err }; return len(s.ItemIDs()), nil })
	}
	probe("nil client", func() (any, error) { return NewFeedbackBuffer(nil, BufferSettings{}) })
	lost := []string{}
	b, err := NewFeedbackBuffer(c, BufferSettings{OnLost: func(e *Event, r string) { lost = append(lost, r) }})
	probe("add nil", func() (any, error) { return nil, b.Add(ctx, nil) })
	probe("add bad", func() (any, error) { return nil, b.Add(ctx, NewEvent("click", "a\xff", "i1")) })
	probe("add ok", func() (any, error) { return nil, b.Add(ctx, NewEvent("click", "a", "i1")) })
	probe("close", func() (any, error) { return lost, b.Close(ctx) })
	probe("close", func() (any, error) { return lost, b.Close(ctx) })
	probe("add after", func() (any, error) { return nil, b.Add(ctx, NewEvent("click", "a", "i1")) })
	c.Close()
	fmt.Println(c.Close())
	probe("after close", r(&RecommendRequest{VisitorId: "a"}))
	probe("after close fallback", r(&RecommendRequest{VisitorId: "a"}, WithFallback("x")))
	b2, _ := NewFeedbackBuffer(c, BufferSettings{OnLost: func(e *Event, r string) { lost = append(lost, r) }})
	b2.Add(ctx, NewEvent("click", "a", "i1"))
	d, cancel3 := context.WithTimeout(ctx, 3*time.Second); defer cancel3()
	probe("buffer after client close", func() (any, error) { return lost, b2.Close(d) })
	fmt.Println(lost)
	for _, o := range []Option{WithKey("a b"), WithTLS(nil), nil} {
		probe("option", func() (any, error) { _, err := New("h:1", o); return nil, err })
	}
}
