import type { NewLink } from "@guildhall/db";
import { instant } from "@guildhall/protocol";
import { secretDigest } from "./api-key.ts";

/** How a receipt names a one-time link: whoever may write rows makes none of their own unseen. */
export function linkDetails({ id, purpose = "sign_in", tokenHash, expiresAt }: NewLink) {
  return {
    link: { id, purpose, token_digest: secretDigest(tokenHash), expires_at: instant(expiresAt.getTime()) },
  };
}
