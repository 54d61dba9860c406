import { canonicalJson, SHIPPED_PROFILES, type StrictJson } from "@guildhall/protocol";
import { encodeHex, encodeUtf8 } from "./encoding.ts";
import type { ReadReceipt } from "./sealed-receipt.ts";
import { sha256 } from "./web-crypto.ts";

/** What a decision says it was decided by, and nobody in the chain brought in, or had taken away by then. */
export type ReferenceVerdict =
  | { ok: true }
  | ({
      ok: false;
      /** Position in the list of the decision. */
      at: number;
      message: string;
    } & BadReference);

export interface BadReference {
  code: "REFERENCE_MISSING" | "REFERENCE_NOT_IN_FORCE";
  kind: ReferenceKind;
  /** Of what is named: a digest, or of what is attested the id of the receipt. */
  digest: string;
}

export type ReferenceKind =
  | "rule"
  | "profile"
  | "agreement"
  | "worker"
  | "transport"
  | "certificate"
  | "attestation"
  | "measurement";

/**
 * Checks that every decision of a chain names rules (and with them policies), profiles, an agreement, a worker's record and
 * address, a certificate and an attestation that earlier receipts of that chain brought in, and that stood when it was
 * sequenced: whatever takes one of them away is fenced, so no decision comes after it. A Hall that makes up an ALLOW
 * afterwards has to make up the act as well, and the log shows when.
 *
 * `receipts` are those of `verifyChain`, from the chain's start: genuine and in order. Shipped profiles need no act.
 */
export async function verifyReferences(receipts: readonly ReadReceipt[]): Promise<ReferenceVerdict> {
  const references = await References.fromStart();
  for (const [at, receipt] of receipts.entries()) {
    const bad = references.badIn(receipt);
    if (bad) return { ok: false, at, ...bad, message: sentenceOf(bad) };
  }
  return { ok: true };
}

/** What a chain has brought in so far: the same for whoever reads receipt by receipt and keeps none. */
export class References {
  /** Everything that was ever there, and of it what stands, by what it is of. */
  readonly #known = new Set<string>();
  readonly #standing = new Map<string, string>();
  /** What comes back as it was: workers that stand still. */
  readonly #resting = new Map<string, string>();
  readonly #shipped: ReadonlySet<string>;
  readonly #strict: boolean;

  private constructor(shipped: readonly string[], strict: boolean) {
    this.#shipped = new Set(shipped);
    this.#strict = strict;
  }

  /** @param strict whether an ALLOW that names no rules is bad too: a Hall makes none, samples of the format may */
  static async fromStart({ strict = false } = {}): Promise<References> {
    return new References(await Promise.all(SHIPPED_PROFILES.map(digestOf)), strict);
  }

  /** Takes the next receipt of the chain. @returns the first thing it names that did not stand before it */
  badIn(receipt: ReadReceipt): BadReference | null {
    if (receipt.kind === "decision") return this.#badOf(receipt);
    this.#apply(receipt);
    return null;
  }

  #badOf({ decision, ...receipt }: ReadReceipt): BadReference | null {
    const bundle = field(field(decision, "inputs"), "bundle_digest");
    if (typeof bundle !== "string")
      return this.#strict && receipt.policy_decision !== "DENY"
        ? { code: "REFERENCE_MISSING", kind: "rule", digest: "no rules" }
        : null;
    const selected = field(decision, "selected");
    const worker = field(selected, "worker_id");
    const agreement = field(decision, "agreement");
    const certificate = field(decision, "certification");
    const { attestation_receipt_id: attestation, measurement_receipt_id: measurement } = receipt;
    const profiles = listed(field(decision, "profiles")).filter(
      (named) => !this.#shipped.has(`${field(named, "digest")}`),
    );
    const named: [ReferenceKind, StrictJson | undefined, StrictJson | undefined][] = [
      ["rule", "", bundle],
      ...profiles.map(
        (named) =>
          ["profile", field(named, "profile_id"), field(named, "digest")] as [
            ReferenceKind,
            StrictJson,
            StrictJson,
          ],
      ),
      ["agreement", field(agreement, "agreement_id"), field(agreement, "digest")],
      ["worker", worker, field(selected, "worker_record_hash")],
      ["transport", worker, field(selected, "transport_digest")],
      ["certificate", field(certificate, "certificate_id"), field(certificate, "digest")],
      ["attestation", worker, attestation],
      ["measurement", null, measurement],
    ];
    for (const [kind, of, digest] of named) {
      if (digest === undefined || digest === null) continue;
      if (kind === "rule" && digest === NO_RULES && !this.#standing.has("rule ")) continue;
      if (!this.#known.has(`${kind} ${digest}`))
        return { code: "REFERENCE_MISSING", kind, digest: `${digest}` };
      if (kind !== "measurement" && this.#standing.get(`${kind} ${of}`) !== digest)
        return { code: "REFERENCE_NOT_IN_FORCE", kind, digest: `${digest}` };
    }
    return null;
  }

  #apply({ kind, action, subject, details, receipt_id }: ReadReceipt): void {
    const digest = field(details, "digest");
    switch (`${kind} ${action}`) {
      case "rule published":
      case "rule rolled_back":
        this.#bring("rule", "", subject);
        break;
      case "profile defined":
        this.#bring("profile", subject, digest);
        break;
      case "agreement activated":
      case "agreement resumed":
        this.#bring("agreement", subject, digest);
        break;
      case "agreement suspended":
      case "agreement terminated":
        this.#end("agreement", subject);
        break;
      case "worker enrolled":
      case "worker updated":
        this.#bring("worker", subject, field(details, "worker_record_hash"));
        break;
      case "worker suspended":
      case "worker retired":
        this.#end("worker", subject);
        break;
      case "worker resumed":
        this.#resume(`worker ${subject}`);
        break;
      case "worker transport_set":
        this.#bring("transport", subject, field(details, "transport_digest"));
        break;
      case "certification issued":
      case "certification renewed":
        this.#bring("certificate", subject, digest);
        break;
      case "certification revoked":
        for (const id of listed(field(details, "certificates"))) this.#end("certificate", id);
        break;
      case "attestation registered":
        this.#bring("attestation", subject, receipt_id);
        break;
      case "attestation measured":
        this.#known.add(`measurement ${receipt_id}`);
        break;
    }
  }

  /** What is brought to something that rests waits with it. */
  #bring(kind: ReferenceKind, of: StrictJson | undefined, digest: StrictJson | undefined): void {
    const place = `${kind} ${of}`;
    this.#known.add(`${kind} ${digest}`);
    (this.#resting.has(place) ? this.#resting : this.#standing).set(place, `${digest}`);
  }

  #resume(place: string): void {
    const rested = this.#resting.get(place);
    if (rested !== undefined) this.#standing.set(place, rested);
    this.#resting.delete(place);
  }

  #end(kind: ReferenceKind, of: StrictJson | undefined): void {
    const place = `${kind} ${of}`;
    const stood = this.#standing.get(place);
    if (kind === "worker" && stood !== undefined) this.#resting.set(place, stood);
    this.#standing.delete(place);
  }
}

/** What a decision names while its tenant has never had any. */
const NO_RULES = "none";

export function sentenceOf({ code, kind, digest }: BadReference): string {
  const found = code === "REFERENCE_MISSING" ? "none" : "that it no longer stood";
  return `Expected an earlier ${kind} receipt of this chain that brings in ${digest}, found ${found}.`;
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
