import { hash } from "node:crypto";
import { canonicalJson } from "@guildhall/protocol";

/** By what a Hall names a stored document (bundle, profile, transport): `sha256:` and the SHA-256 of its canonical JSON in hex. */
export function documentDigest(document: unknown): string {
  return textDigest(canonicalJson(document));
}

/** @param text canonical JSON already */
export function textDigest(text: string): string {
  return `sha256:${hash("sha256", text, "hex")}`;
}
