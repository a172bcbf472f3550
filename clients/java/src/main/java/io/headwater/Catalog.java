package io.headwater;

import com.google.protobuf.Timestamp;
import io.headwater.v1.CatalogServiceGrpc;
import io.headwater.v1.DeleteItemsRequest;
import io.headwater.v1.DeleteItemsResponse;
import io.headwater.v1.GetItemRequest;
import io.headwater.v1.Item;
import io.headwater.v1.ItemWrite;
import io.headwater.v1.ListItemsRequest;
import io.headwater.v1.ListItemsResponse;
import io.headwater.v1.UpsertItemsRequest;
import io.headwater.v1.UpsertItemsResponse;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The shop's items. The next response takes a change into account.
 *
 * <p>Writes are retried while the server is away only if each has its set_time: without it, a
 * repeated write could undo a newer one.
 */
public final class Catalog {
  private static final int ITEMS_A_PAGE = 500;

  private final Caller caller;

  Catalog(Caller caller) {
    this.caller = caller;
  }

  /** Puts items (1 to 1,000), with all their fields, into the catalogue. */
  public UpsertItemsResponse upsertItems(List<Item> items, CallOption... options) {
    UpsertItemsRequest.Builder request = UpsertItemsRequest.newBuilder();
    items.forEach(item -> request.addWrites(ItemWrite.newBuilder().setItem(item)));
    return write(request.build(), options);
  }

  /** Changes items, each with its own update_mask and set_time. */
  public UpsertItemsResponse writeItems(List<ItemWrite> writes, CallOption... options) {
    return write(UpsertItemsRequest.newBuilder().addAllWrites(writes).build(), options);
  }

  private UpsertItemsResponse write(UpsertItemsRequest request, CallOption... options) {
    return caller.call(
        CatalogServiceGrpc.getUpsertItemsMethod(), request, CallSettings.of(options));
  }

  /** Removes items (1 to 1,000) from the catalogue and from every list, at once. */
  public DeleteItemsResponse deleteItems(List<String> itemIds, CallOption... options) {
    return delete(DeleteItemsRequest.newBuilder().addAllItemIds(itemIds).build(), options);
  }

  /** Removes those of the items that were not written after {@code setTime}. */
  public DeleteItemsResponse deleteItems(
      List<String> itemIds, Timestamp setTime, CallOption... options) {
    return delete(
        DeleteItemsRequest.newBuilder().addAllItemIds(itemIds).setSetTime(setTime).build(), options);
  }

  private DeleteItemsResponse delete(DeleteItemsRequest request, CallOption... options) {
    return caller.call(
        CatalogServiceGrpc.getDeleteItemsMethod(), request, CallSettings.of(options));
  }

  /** Returns an item; {@link NotFoundException} when it is not in the catalogue. */
  public Item getItem(String itemId, CallOption... options) {
    GetItemRequest request = GetItemRequest.newBuilder().setItemId(itemId).build();
    return caller
        .call(CatalogServiceGrpc.getGetItemMethod(), request, CallSettings.of(options))
        .getItem();
  }

  /** Streams the catalogue by id, and requests each page (one call each) when it is needed. */
  public Stream<Item> listItems(ListItemsRequest request, CallOption... options) {
    ListItemsRequest first =
        request.getPageSize() == 0
            ? request.toBuilder().setPageSize(ITEMS_A_PAGE).build()
            : request;
    Function<String, ListItemsResponse> page =
        token ->
            caller.call(
                CatalogServiceGrpc.getListItemsMethod(),
                first.toBuilder().setPageToken(token).build(),
                CallSettings.of(options));
    return Pages.of(page, ListItemsResponse::getNextPageToken, first.getPageToken())
        .flatMap(response -> response.getItemsList().stream());
  }
}
