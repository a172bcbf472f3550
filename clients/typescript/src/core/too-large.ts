// The texts of the server's gRPC, and of a gateway.
const TOO_LARGE =
  /(received|sent|send) message larger than max(?: \((\d+) vs\.? (\d+)\))?|larger than gateway_body_bytes_max/i;

/** Return the text for the caller if a message was too large: gRPC calls it an overload, but no later try helps. */
export function tooLarge(text: string): string | undefined {
  const found = TOO_LARGE.exec(text);
  if (!found) return undefined;
  const isAnswer = found[1]?.toLowerCase() === "sent";
  const message = isAnswer ? "answer" : "request";
  const said = found[2] ? `the ${message} has ${found[2]} bytes, the limit is ${found[3]}` : text;
  return `${said}: ${isAnswer ? "ask for less" : "send less"} in one call`;
}
