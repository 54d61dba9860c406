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
  const references = await References.fromStart();
  for (const [at, receipt] of receipts.entries()) {
    const missing = references.missingIn(receipt);
    if (missing)
      return { ok: false, code: "REFERENCE_MISSING", at, ...missing, message: sentenceOf(missing) };
  }
  return { ok: true };
}

/** What a chain has brought in so far: the same for whoever reads receipt by receipt and keeps none. */
export class References {
  readonly #rules = new Set<StrictJson | undefined>();
  readonly #profiles: Set<StrictJson | undefined>;

  private constructor(shipped: readonly string[]) {
    this.#profiles = new Set(shipped);
  }

  static async fromStart(): Promise<References> {
    return new References(await Promise.all(SHIPPED_PROFILES.map(digestOf)));
  }

  /** Takes the next receipt of the chain. @returns what it names and nothing before it brought in */
  missingIn({ kind, subject, action, details, decision }: ReadReceipt): MissingReference | null {
    if (kind === "rule" && typeof action === "string" && IN_FORCE.has(action)) this.#rules.add(subject);
    if (kind === "profile") this.#profiles.add(field(details, "digest"));
    if (kind !== "decision") return null;
    const bundle = field(field(decision, "inputs"), "bundle_digest");
    if (typeof bundle === "string" && !this.#rules.has(bundle)) return { kind: "rule", digest: bundle };
    for (const named of listed(field(decision, "profiles"))) {
      const digest = field(named, "digest");
      if (!this.#profiles.has(digest)) return { kind: "profile", digest: `${digest}` };
    }
    return null;
  }
}

export interface MissingReference {
  kind: "rule" | "profile";
  digest: string;
}

const IN_FORCE: ReadonlySet<string> = new Set(["published", "rolled_back"]);

export function sentenceOf({ kind, digest }: MissingReference): string {
  return `Expected an earlier ${kind} receipt of this chain that brings in ${digest}, found none.`;
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
