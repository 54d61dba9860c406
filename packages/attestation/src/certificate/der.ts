import { AsnConvert } from "@peculiar/asn1-schema";
import { fromBER, Integer, Sequence, Utf8String } from "asn1js";
import { CertificateError } from "./certificate-error.ts";

/** The little DER that certificates need and that the library leaves to its user. */

/** The content bytes of a positive INTEGER: minimal, with a leading zero where the first bit is set. */
export function positiveInteger(bytes: Uint8Array): ArrayBuffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const minimal = bytes.subarray(start);
  return arrayBuffer((minimal[0] ?? 0) & 0x80 ? Uint8Array.of(0, ...minimal) : minimal);
}

/** A signature as X.509 and CMS carry it, from r and s of 32 bytes each. */
export function ecdsaSignature(signature: Uint8Array): ArrayBuffer {
  const half = (start: number) =>
    new Integer({ valueHex: positiveInteger(signature.subarray(start, start + 32)) });
  return new Sequence({ value: [half(0), half(32)] }).toBER();
}

export function utf8String(text: string): ArrayBuffer {
  return new Utf8String({ value: text }).toBER();
}

/** @returns null where the bytes are anything else, or written in another form than DER's */
export function readUtf8String(bytes: ArrayBuffer): string | null {
  const { offset, result } = fromBER(bytes);
  if (offset !== bytes.byteLength || !(result instanceof Utf8String)) return null;
  const text = result.getValue();
  return Buffer.from(utf8String(text)).equals(Buffer.from(bytes)) ? text : null;
}

/** @throws CertificateError naming what was expected */
export function readDer<T>(bytes: Uint8Array, target: new () => T, what: string): T {
  let read: T;
  try {
    // The library reads the first value and says nothing of what follows it.
    if (fromBER(arrayBuffer(bytes)).offset !== bytes.length) throw new Error("not one value and no more");
    read = AsnConvert.parse(arrayBuffer(bytes), target);
  } catch (cause) {
    throw new CertificateError("CERTIFICATE_MALFORMED", `Expected ${what} in DER.`, { cause });
  }
  return read;
}

export function derOf(structure: object): Uint8Array {
  return new Uint8Array(AsnConvert.serialize(structure));
}

export function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
