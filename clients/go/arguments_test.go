package headwater

import (
	"errors"
	"testing"
	"time"
)

func TestANilRequestIsOneWithoutFields(t *testing.T) {
	server, client := serve(t)
	if _, err := client.Recommend(patient(t), nil, nil); err != nil || len(server.asked) != 1 {
		t.Fatal(err, server.asked)
	}
}

func TestANilEventIsNamed(t *testing.T) {
	server, client := serve(t)
	_, err := client.Feedback(patient(t), NewEvent("click", "ann"), nil)
	var failure *Error
	if !errors.Is(err, ErrInvalidRequest) || !errors.As(err, &failure) || failure.Field() != "events[1]" {
		t.Fatal(err)
	}
	buffer, _ := NewFeedbackBuffer(client, BufferSettings{})
	defer buffer.Close(patient(t))
	if err := buffer.Add(patient(t), nil); !errors.Is(err, ErrInvalidRequest) || len(server.batches) != 0 {
		t.Fatal(err, server.batches)
	}
}

func TestATextThatIsNoUTF8IsNamed(t *testing.T) {
	_, client := serve(t)
	named := NewEvent("click", "ann", "boots", "so\xffcks")
	coded := NewEvent("click", "ann", "boots")
	coded.Context = map[string]*Value{"device": Text("pho\xffne")}
	for field, event := range map[string]*Event{
		"events[1].items[1].item_id": named, `events[1].context["device"].text`: coded,
	} {
		_, err := client.Feedback(patient(t), NewEvent("click", "ann", "boots"), event)
		var failure *Error
		if !errors.Is(err, ErrInvalidRequest) || !errors.As(err, &failure) || failure.Field() != field {
			t.Error(field, err)
		}
	}
}

func TestAfterTheClientIsClosedEachCallSaysSoAtOnce(t *testing.T) {
	_, client := serve(t)
	var lost []string
	settings := BufferSettings{OnLost: func(_ *Event, reason string) { lost = append(lost, reason) }, Patience: time.Minute}
	buffer, _ := NewFeedbackBuffer(client, settings)
	client.Close()
	if _, err := client.Recommend(patient(t), request, WithFallback("boots")); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	began := time.Now()
	buffer.Add(patient(t), NewEvent("click", "ann", "boots"))
	buffer.Close(patient(t))
	if len(lost) != 1 || time.Since(began) > 5*time.Second {
		t.Fatal(lost, time.Since(began))
	}
}

func TestATargetIsAnAddress(t *testing.T) {
	for _, target := range []string{"", "127.0.0.1", "http://127.0.0.1:50051", "127.0.0.1:abc", "127.0.0.1:70000", "h:1/x"} {
		if _, err := New(target); err == nil {
			t.Error("accepted:", target)
		}
	}
	for _, target := range []string{"127.0.0.1:50051", "[::1]:50051", "dns:///shop:50051", "unix:/run/headwater", "passthrough:///shop"} {
		client, err := New(target, nil)
		if err != nil {
			t.Fatal(target, err)
		}
		client.Close()
	}
	if _, err := NewFeedbackBuffer(nil, BufferSettings{}); err == nil {
		t.Error("a buffer without a client")
	}
}
