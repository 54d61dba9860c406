import { createHash } from "node:crypto";
import { canonicalJson, type SealedReceipt } from "@guildhall/protocol";
import {
  appendLeaves,
  type Ed25519Signer,
  emptyFrontier,
  inclusionProof,
  signCheckpoint,
  signReceipt,
  verifierKey,
} from "../src/index.ts";
import {
  buildLog,
  readNodesOf,
  SAMPLE_HALL,
  sampleAct,
  sampleDecision,
  sampleOutcome,
  throwAwaySigner,
} from "../src/testing/index.ts";

/** Sealed receipts of a fixed test key, genuine ones and forgeries: everything here is reproducible. */

/** The key of hall.example.org/log in all vectors. Its seed is public: it protects nothing. */
export const hall = throwAwaySigner(seed("the test key of hall.example.org/log"));
export const hallKey = verifierKey(SAMPLE_HALL, hall.publicKey);

export const OTHER_HALL = "other.example.net/log";
export const otherHall = throwAwaySigner(seed("the test key of other.example.net/log"));
export const otherHallKey = verifierKey(OTHER_HALL, otherHall.publicKey);

/** Anyone: a key that no Hall owns. */
export const stranger = throwAwaySigner(seed("the test key of a stranger"));

/** Nine receipts of one chain: a decision, its outcome, seven acts. */
export const log = await buildLog(9, {
  signer: hall,
  body: (index) => [sampleDecision(0), sampleOutcome(1)][index] ?? sampleAct(index),
});

export interface LooseSealed {
  receipt: { [field: string]: unknown };
  seal: { [field: string]: unknown };
}

/** A genuine sealed receipt, free to be changed. */
export async function sealed(index: number, size = 9): Promise<LooseSealed> {
  return structuredClone(await log.seal(index, size)) as unknown as LooseSealed;
}

/**
 * What the Hall itself would have made of a changed body: hashed, signed, proven, sealed. With it a vector
 * shows that a rule is checked for itself, and not merely that the hash no longer fits.
 */
export async function resealed(
  index: number,
  changes: { [field: string]: unknown },
  options: { signer?: Ed25519Signer; origin?: string; isSigned?: boolean; treeSize?: number } = {},
): Promise<LooseSealed> {
  const { signer = hall, origin = SAMPLE_HALL, isSigned = true, treeSize = 9 } = options;
  const changed = { ...log.receipts[index]!, ...changes, receipt_hash: undefined, signature: undefined };
  // Fields that a change made undefined are gone after this.
  const body: LooseSealed["receipt"] = JSON.parse(JSON.stringify(changed));
  const hash = createHash("sha256").update(canonicalJson(body)).digest();
  const leafData = log.leafData.with(index, hash).slice(0, treeSize);
  return {
    receipt: {
      ...body,
      receipt_hash: hash.toString("hex"),
      signature: isSigned ? await signReceipt(signer, hash) : null,
    },
    seal: {
      checkpoint: await signCheckpoint(signer, {
        origin,
        treeSize,
        root: appendLeaves(emptyFrontier(), leafData).root,
      }),
      inclusion_proof: (await inclusionProof(index, treeSize, readNodesOf(leafData))).map((node) =>
        Buffer.from(node).toString("base64"),
      ),
    },
  };
}

/** The same note with other, or more, signature lines. */
export function withLines(note: unknown, change: (lines: string[]) => string[]): string {
  const [text, block] = `${note}`.split("\n\n") as [string, string];
  return `${text}\n\n${change(block.trimEnd().split("\n")).join("\n")}\n`;
}

/** A signature line over the text of `note`. */
export async function lineBy(signer: Ed25519Signer, name: string, note: unknown): Promise<string> {
  const text = `${`${note}`.split("\n\n")[0]}\n`;
  return signatureLine(name, signer.publicKey, await signer.sign(Buffer.from(text)));
}

export function signatureLine(name: string, publicKey: Uint8Array, signature: Uint8Array): string {
  const keyHash = Buffer.from(verifierKey(name, publicKey).split("+")[1]!, "hex");
  return `— ${name} ${Buffer.concat([keyHash, signature]).toString("base64")}`;
}

/** The same signature with S + L in place of S: valid by the equation alone, refused by RFC 8032, 5.1.7. */
export function malleated(signature: Uint8Array): Buffer {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString("hex")}`) + order;
  const bytes = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse();
  return Buffer.concat([signature.subarray(0, 32), bytes]);
}

export function json(value: LooseSealed | SealedReceipt | object): string {
  return JSON.stringify(value);
}

function seed(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
