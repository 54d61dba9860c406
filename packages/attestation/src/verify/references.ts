import { canonicalJson, SHIPPED_PROFILES, type StrictJson } from "@guildhall/protocol";
import { encodeHex, encodeUtf8 } from "./encoding.ts";
import type { ReadReceipt } from "./sealed-receipt.ts";
import { sha256 } from "./web-crypto.ts";

/** What a decision says it was decided by, and nobody in the chain ever put in force. */
export type ReferenceVerdict =
  | { ok: true }
  | {
      ok: false;
      code: "REFERENCE_MISSING";
      /** Position in the list of the decision. */
      at: number;
      kind: "rule" | "profile";
      digest: string;
      message: string;
    };

/**
 * Checks that every decision of a chain names rules (and with them policies) and profiles that an earlier receipt of
 * that chain brought in. A Hall that makes up an ALLOW afterwards has to make up the act as well, and the log shows when.
 *
 * `receipts` are those of `verifyChain`, from the chain's start: genuine and in order. Shipped profiles need no act.
 */
export async function verifyReferences(receipts: readonly ReadReceipt[]): Promise<ReferenceVerdict> {
  const rules = new Set<StrictJson | undefined>();
  const profiles = new Set<StrictJson | undefined>(await Promise.all(SHIPPED_PROFILES.map(digestOf)));
  for (const [at, receipt] of receipts.entries()) {
    const { kind, subject, action, details, decision } = receipt;
    if (kind === "rule" && typeof action === "string" && IN_FORCE.has(action)) rules.add(subject);
    if (kind === "profile") profiles.add(field(details, "digest"));
    if (kind !== "decision") continue;
    const bundle = field(field(decision, "inputs"), "bundle_digest");
    if (typeof bundle === "string" && !rules.has(bundle)) return missing(at, "rule", bundle);
    for (const named of listed(field(decision, "profiles"))) {
      const digest = field(named, "digest");
      if (!profiles.has(digest)) return missing(at, "profile", `${digest}`);
    }
  }
  return { ok: true };
}

const IN_FORCE: ReadonlySet<string> = new Set(["published", "rolled_back"]);

function missing(at: number, kind: "rule" | "profile", digest: string): ReferenceVerdict {
  const message = `Expected an earlier ${kind} receipt of this chain that brings in ${digest}, found none.`;
  return { ok: false, code: "REFERENCE_MISSING", at, kind, digest, message };
}

async function digestOf(document: unknown): Promise<string> {
  return `sha256:${encodeHex(await sha256(encodeUtf8(canonicalJson(document))))}`;
}

function field(value: StrictJson | undefined, name: string): StrictJson | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function listed(value: StrictJson | undefined): StrictJson[] {
  return Array.isArray(value) ? value : [];
}
