import { hash } from "node:crypto";
import { canonicalJson } from "@guildhall/protocol";

/** What stands in a digest's place where a tenant has no bundle. */
export const NO_BUNDLE = "none";

/** What a Hall names a bundle or a profile by: `sha256:` and the SHA-256 of its canonical JSON in hex. */
export function digestOf(document: unknown): string {
  return digestOfText(canonicalJson(document));
}

/** @param text canonical JSON already */
export function digestOfText(text: string): string {
  return `sha256:${hash("sha256", text, "hex")}`;
}
