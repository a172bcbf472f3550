/** Return a new UUID. */
export function newId(): string {
  // pages without TLS have no randomUUID, but they have random bytes
  return globalThis.crypto.randomUUID?.() ?? fromBytes(globalThis.crypto.getRandomValues(new Uint8Array(16)));
}

/** Write 16 random bytes as a UUID of version 4. */
export function fromBytes(bytes: Uint8Array): string {
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
