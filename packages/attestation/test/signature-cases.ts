import { createHash } from "node:crypto";
import { hall, malleated } from "./forge.ts";

/** Ed25519 signatures of each kind that verifiers are known to differ over: our own cases, by no suite's name. */
export interface SignatureCase {
  name: string;
  public_key: string;
  message: string;
  signature: string;
  is_good: boolean;
}

const message = createHash("sha256").update("a message").digest();
const good = Buffer.from(await hall.sign(message));
const [R, S] = [good.subarray(0, 32), good.subarray(32)];
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const PRIME = 2n ** 255n - 19n;

export const signatureCases: SignatureCase[] = [
  one("as RFC 8032 makes it", good, { isGood: true }),
  ...Object.entries({
    "of nothing": Buffer.alloc(0),
    "cut to 32 bytes": R,
    "cut to 63 bytes": good.subarray(0, 63),
    "with one byte more": Buffer.concat([good, Buffer.of(0)]),
    "twice over": Buffer.concat([good, good]),
    "as DER would write it": Buffer.concat([
      Buffer.from("3044", "hex"),
      Buffer.from("0220", "hex"),
      R,
      Buffer.from("0220", "hex"),
      S,
    ]),
    "of zeros": Buffer.alloc(64),
    "of ones": Buffer.alloc(64, 0xff),
    "with S + L for S": malleated(good),
    "with S of 0": Buffer.concat([R, Buffer.alloc(32)]),
    "with S of L": Buffer.concat([R, little(ORDER)]),
    "with S of L - 1": Buffer.concat([R, little(ORDER - 1n)]),
    "with S of 2^253": Buffer.concat([R, little(2n ** 253n)]),
    "with S of 2^256 - 1": Buffer.concat([R, Buffer.alloc(32, 0xff)]),
    "with the highest bit of S set": Buffer.concat([R, flipped(S, 255)]),
    "with the sign of R's x turned": Buffer.concat([flipped(R, 255), S]),
    "with R that is no point": Buffer.concat([little(2n), S]),
    "with R of the neutral element": Buffer.concat([little(1n), S]),
    "with R of the neutral element, not canonical": Buffer.concat([little(PRIME + 1n), S]),
    "with R not canonical, beyond the field": Buffer.concat([Buffer.alloc(32, 0xff), S]),
    "with R and S exchanged": Buffer.concat([S, R]),
    "with R in the other byte order": Buffer.concat([Buffer.from(R).reverse(), S]),
    "with S in the other byte order": Buffer.concat([R, Buffer.from(S).reverse()]),
  }).map(([name, signature]) => one(name, signature)),
  one("of another message", good, { message: Buffer.from("another message") }),
  one("of the message's hash in hex", good, { message: Buffer.from(message.toString("hex")) }),
  ...Object.entries({
    "the neutral element": little(1n),
    "the neutral element with a sign": flipped(little(1n), 255),
    "the neutral element, not canonical": little(PRIME + 1n),
    "the point of order 2": little(PRIME - 1n),
    "a point of order 4": little(0n),
    "a point of order 4, not canonical": little(PRIME),
    "a point of order 8": Buffer.from(
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "hex",
    ),
    "the other point of order 8": Buffer.from(
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "hex",
    ),
    "no point at all": little(2n),
    "not canonical, beyond the field": Buffer.alloc(32, 0xff),
    "of zeros but one": flipped(Buffer.alloc(32), 8),
  }).map(([name, publicKey]) =>
    // R neutral, S 0: the equation holds for a key of small order, whatever the message.
    one(`under a key that is ${name}`, Buffer.concat([little(1n), Buffer.alloc(32)]), { publicKey }),
  ),
];

function one(
  name: string,
  signature: Buffer,
  changes: { isGood?: boolean; message?: Buffer; publicKey?: Uint8Array } = {},
): SignatureCase {
  const { isGood = false, publicKey = hall.publicKey } = changes;
  return {
    name,
    public_key: Buffer.from(publicKey).toString("hex"),
    message: (changes.message ?? message).toString("hex"),
    signature: signature.toString("hex"),
    is_good: isGood,
  };
}

function little(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
}

function flipped(bytes: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}
