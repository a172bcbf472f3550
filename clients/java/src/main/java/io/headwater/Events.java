package io.headwater;

import io.headwater.v1.Event;
import io.headwater.v1.EventItem;

/** What visitors did. */
public final class Events {
  private Events() {}

  /**
   * Begins an event, such as "click", with items. Its id is minted here, before the first try, so
   * that sending the same event again is learned once; set what else is known on the result.
   */
  public static Event.Builder of(String eventType, String visitorId, String... itemIds) {
    Event.Builder event =
        Event.newBuilder().setEventId(Ids.mint()).setEventType(eventType).setVisitorId(visitorId);
    for (String itemId : itemIds) {
      event.addItems(EventItem.newBuilder().setItemId(itemId));
    }
    return event;
  }

  /** The event as it is, or with an id if it has none. */
  static Event withId(Event event) {
    return event.getEventId().isEmpty() ? event.toBuilder().setEventId(Ids.mint()).build() : event;
  }
}
