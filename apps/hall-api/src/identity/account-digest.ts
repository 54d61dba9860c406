import { hash } from "node:crypto";

/** How a receipt names whose account a member has: two tenants do not learn from it that it is the same person's. */
export function accountDigest(memberId: string, accountId: string): string {
  return `sha256:${hash("sha256", `${memberId}\n${accountId}`)}`;
}
