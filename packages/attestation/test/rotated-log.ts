import { createHash } from "node:crypto";
import { HALL_CHAIN, type SealedReceipt, type Sha256Hex, type UnsequencedBody } from "@guildhall/protocol";
import {
  appendLeaves,
  type Ed25519Signer,
  emptyFrontier,
  inclusionProof,
  sequenceBody,
  signCheckpoint,
  signReceipt,
  verifierKey,
} from "../src/index.ts";
import {
  readNodesOf,
  SAMPLE_HALL,
  sampleAct,
  sampleDecision,
  sampleTime,
  throwAwaySigner,
} from "../src/testing/index.ts";

/**
 * A log whose key changed twice, and the same log as somebody would have it who forges: one leaf another body,
 * another signer, another checkpoint. Everything here is reproducible.
 */

export type KeyName = "first" | "second" | "third" | "stranger";

export const SIGNERS: Record<KeyName, Ed25519Signer> = {
  first: keyOf("the first test key of hall.example.org/log"),
  second: keyOf("the second test key of hall.example.org/log"),
  third: keyOf("the third test key of hall.example.org/log"),
  stranger: keyOf("the test key of a stranger"),
};

export interface Leaf {
  body: UnsequencedBody;
  /** Who signs the receipt. */
  signer: KeyName;
  /** Who signs the checkpoint that it is told under. */
  sealers: readonly KeyName[];
  /** Of that checkpoint; the leaf's own by default. */
  treeSize?: number;
  /** Says that it follows nothing. */
  isDetached?: boolean;
  /** Whose log the checkpoint is of. */
  origin?: string;
}

/** The third key ends here, by its own introduction: after leaf 10 and before leaf 11 of a log of a second a leaf. */
export const ENDS = sampleTime(11);

export const LEAVES: readonly Leaf[] = [
  { body: introduced(0, "first"), signer: "first", sealers: ["first"] },
  { body: sampleDecision(1), signer: "first", sealers: ["first"] },
  { body: introduced(2, "second"), signer: "first", sealers: ["first", "second"] },
  { body: sampleDecision(3), signer: "first", sealers: ["first", "second"] },
  { body: retired(4, "first", "second"), signer: "second", sealers: ["second"] },
  { body: sampleDecision(5), signer: "second", sealers: ["second"] },
  { body: introduced(6, "third", { not_after: ENDS }), signer: "second", sealers: ["second", "third"] },
  { body: sampleDecision(7), signer: "second", sealers: ["second", "third"] },
  { body: retired(8, "second", "third"), signer: "third", sealers: ["third"] },
  { body: sampleDecision(9), signer: "third", sealers: ["third"] },
  { body: sampleDecision(10), signer: "third", sealers: ["third"] },
  { body: sampleDecision(11), signer: "third", sealers: ["third"] },
];

/** Every leaf sealed, with some of them as a forger would have them. */
export async function sealLeaves(changes: Record<number, Partial<Leaf>> = {}): Promise<SealedReceipt[]> {
  const leaves = LEAVES.map((leaf, index) => ({ ...leaf, ...changes[index] }));
  const heads = new Map<string, { seq: number; hash: Sha256Hex }>();
  const receipts: SealedReceipt["receipt"][] = [];
  const leafData: Uint8Array[] = [];
  for (const [index, { body, signer, isDetached }] of leaves.entries()) {
    const head = heads.get(body.chain);
    const sequenced = sequenceBody(
      { ...body, signing_key_id: SIGNERS[signer].keyId },
      {
        seq: head ? head.seq + 1 : 0,
        leafIndex: index,
        loggedAt: sampleTime(index, 1),
        prevHash: isDetached ? null : (head?.hash ?? null),
      },
    );
    const hash = Buffer.from(sequenced.hash).toString("hex") as Sha256Hex;
    heads.set(body.chain, { seq: sequenced.body.seq, hash });
    leafData.push(sequenced.hash);
    receipts.push({
      ...sequenced.body,
      receipt_hash: hash,
      signature: await signReceipt(SIGNERS[signer], sequenced.hash),
    } as SealedReceipt["receipt"]);
  }
  const read = readNodesOf(leafData);
  return Promise.all(
    leaves.map(async ({ sealers, treeSize: given, origin = SAMPLE_HALL }, index) => {
      const treeSize = given ?? index + 1;
      const root = appendLeaves(emptyFrontier(), leafData.slice(0, treeSize)).root;
      const signers = sealers.map((name) => SIGNERS[name]);
      const proof = await inclusionProof(index, treeSize, read);
      return {
        receipt: receipts[index]!,
        seal: {
          checkpoint: await signCheckpoint(signers, { origin, treeSize, root }),
          inclusion_proof: proof.map((hash) => Buffer.from(hash).toString("base64")),
        },
      };
    }),
  );
}

export function vkeyOf(name: KeyName, origin = SAMPLE_HALL): string {
  return verifierKey(origin, SIGNERS[name].publicKey);
}

export function introduced(number: number, name: KeyName, details: Record<string, unknown> = {}) {
  const { keyId, spki } = SIGNERS[name];
  return keyAct(number, "introduced", keyId, {
    roles: ["receipt", "log"],
    algorithm: "ed25519",
    spki: Buffer.from(spki).toString("base64"),
    module: "software file",
    not_before: sampleTime(number),
    not_after: null,
    threshold: 1,
    ...details,
  });
}

export function retired(
  number: number,
  name: KeyName,
  successor: KeyName,
  details: Record<string, unknown> = {},
) {
  return keyAct(number, "retired", SIGNERS[name].keyId, {
    roles: ["receipt", "log"],
    successor: SIGNERS[successor].keyId,
    reason: "yearly",
    ...details,
  });
}

function keyAct(number: number, action: string, subject: string, details: Record<string, unknown>) {
  return sampleAct(number, {
    chain: HALL_CHAIN,
    actor: { kind: "hall", id: "keyring" },
    action,
    subject,
    details: details as never,
  });
}

function keyOf(text: string): Ed25519Signer {
  return throwAwaySigner(createHash("sha256").update(text).digest());
}
