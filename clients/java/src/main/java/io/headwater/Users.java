package io.headwater;

import io.headwater.v1.EraseUserRequest;
import io.headwater.v1.EraseUserResponse;
import io.headwater.v1.GetUserRequest;
import io.headwater.v1.GetUserResponse;
import io.headwater.v1.UnlinkVisitorRequest;
import io.headwater.v1.UnlinkVisitorResponse;
import io.headwater.v1.UpsertUsersRequest;
import io.headwater.v1.UpsertUsersResponse;
import io.headwater.v1.User;
import io.headwater.v1.UserServiceGrpc;
import io.headwater.v1.UserWrite;
import java.util.List;

/** Accounts and visitors. */
public final class Users {
  private final Caller caller;

  Users(Caller caller) {
    this.caller = caller;
  }

  /** Writes accounts (1 to 1,000), with all their fields. */
  public UpsertUsersResponse upsertUsers(List<User> users, CallOption... options) {
    UpsertUsersRequest.Builder request = UpsertUsersRequest.newBuilder();
    users.forEach(user -> request.addWrites(UserWrite.newBuilder().setUser(user)));
    return write(request.build(), options);
  }

  /** Changes accounts, each with its own update_mask and set_time. */
  public UpsertUsersResponse writeUsers(List<UserWrite> writes, CallOption... options) {
    return write(UpsertUsersRequest.newBuilder().addAllWrites(writes).build(), options);
  }

  private UpsertUsersResponse write(UpsertUsersRequest request, CallOption... options) {
    return caller.call(UserServiceGrpc.getUpsertUsersMethod(), request, CallSettings.of(options));
  }

  /** What is known about an account or a visitor; {@link NotFoundException} when nothing is. */
  public GetUserResponse getUser(GetUserRequest request, CallOption... options) {
    return caller.call(UserServiceGrpc.getGetUserMethod(), request, CallSettings.of(options));
  }

  /** Erases an account with its visitors, or what a visitor did anonymously. */
  public EraseUserResponse eraseUser(EraseUserRequest request, CallOption... options) {
    return caller.call(UserServiceGrpc.getEraseUserMethod(), request, CallSettings.of(options));
  }

  /** Ends a visitor's link to an account, at a logout. What the visitor did anonymously stays. */
  public UnlinkVisitorResponse unlinkVisitor(String visitorId, CallOption... options) {
    UnlinkVisitorRequest request =
        UnlinkVisitorRequest.newBuilder().setVisitorId(visitorId).build();
    return caller.call(UserServiceGrpc.getUnlinkVisitorMethod(), request, CallSettings.of(options));
  }
}
