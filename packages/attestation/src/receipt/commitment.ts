import { hash } from "node:crypto";
import { type ArtifactHash, canonicalJson } from "@guildhall/protocol";
import { randomPooled } from "./random.ts";

/**
 * Binds a receipt to a payload without telling it: the salt is kept with the payload, so nobody who sees
 * only the receipt can guess what was asked, and erasing the payload erases the salt with it.
 */
export function commit(payload: unknown, salt: Uint8Array): ArtifactHash {
  return commitText(canonicalJson(payload), salt);
}

/** The same for a payload whose canonical text is at hand. */
export function commitText(text: string, salt: Uint8Array): ArtifactHash {
  // One length, so that no byte of a payload can be taken for salt.
  if (salt.length !== SALT_BYTES)
    throw new RangeError(`Expected a salt of ${SALT_BYTES} bytes, got ${salt.length}; use newSalt().`);
  const bytes = Buffer.concat([salt, Buffer.from(text, "utf8")]);
  return `sha256:${hash("sha256", bytes, "hex")}` as ArtifactHash;
}

const SALT_BYTES = 16;

/** 128 random bits. */
export function newSalt(): Uint8Array {
  return randomPooled(SALT_BYTES);
}
