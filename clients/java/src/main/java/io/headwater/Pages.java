package io.headwater;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The pages of a list, each requested when it is needed. */
final class Pages<Page> implements Iterator<Page> {
  private final Function<String, Page> ask;
  private final Function<Page, String> nextToken;
  private String token; // null after the last page

  private Pages(Function<String, Page> ask, Function<Page, String> nextToken, String token) {
    this.ask = ask;
    this.nextToken = nextToken;
    this.token = token;
  }

  static <Page> Stream<Page> of(
      Function<String, Page> ask, Function<Page, String> nextToken, String firstToken) {
    Iterator<Page> pages = new Pages<>(ask, nextToken, firstToken);
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(pages, Spliterator.ORDERED), false);
  }

  @Override
  public boolean hasNext() {
    return token != null;
  }

  @Override
  public Page next() {
    if (token == null) {
      throw new NoSuchElementException();
    }
    Page page = ask.apply(token);
    String following = nextToken.apply(page);
    token = following.isEmpty() ? null : following;
    return page;
  }
}
