import { encodeHex } from "./encoding.ts";

/**
 * Whether these 32 bytes are a point of small order, in any of their encodings. Under such a key one signature is good for
 * every message, so it is the key of nobody; platforms differ over refusing it.
 */
export function isOfSmallOrder(publicKey: Uint8Array): boolean {
  const bytes = Uint8Array.from(publicKey);
  // The sign of x: where it must be 0, platforms differ again.
  bytes[31]! &= 0x7f;
  return Y_OF_SMALL_ORDER.has(encodeHex(bytes));
}

const ff = "ff".repeat(30);
const zero = "00".repeat(31);
const Y_OF_SMALL_ORDER: ReadonlySet<string> = new Set([
  `00${zero}`,
  `01${zero}`,
  // -1, and 0 and 1 once more, as p and p + 1.
  `ec${ff}7f`,
  `ed${ff}7f`,
  `ee${ff}7f`,
  // Of order 8.
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]);
