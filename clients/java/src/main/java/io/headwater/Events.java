package io.headwater;

import io.headwater.v1.Event;
import io.headwater.v1.EventItem;

/** Makes events: what visitors did. */
public final class Events {
  private Events() {}

  /**
   * Begins an event, such as "click", with items. It sets the event's id, so that an event that is
   * sent twice is learned once; set the other fields on the result.
   */
  public static Event.Builder of(String eventType, String visitorId, String... itemIds) {
    Event.Builder event =
        Event.newBuilder().setEventId(Ids.create()).setEventType(eventType).setVisitorId(visitorId);
    for (String itemId : itemIds) {
      event.addItems(EventItem.newBuilder().setItemId(itemId));
    }
    return event;
  }

  /** The event itself, or a copy with an id if it has none. */
  static Event withId(Event event) {
    return event.getEventId().isEmpty() ? event.toBuilder().setEventId(Ids.create()).build() : event;
  }
}
