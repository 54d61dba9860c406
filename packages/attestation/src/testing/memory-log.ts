import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import type { Receipt, SealedReceipt, Sha256Hex, TenantId, UnsequencedBody } from "@guildhall/protocol";
import { signCheckpoint, verifierKey } from "../log/checkpoint.ts";
import { appendLeaves, emptyFrontier } from "../log/frontier.ts";
import { inclusionProof } from "../log/inclusion.ts";
import { leafHash } from "../log/merkle.ts";
import type { ReadNodes } from "../log/stored-tree.ts";
import { sequenceBody } from "../receipt/body.ts";
import { signReceipt } from "../receipt/sign.ts";
import type { Ed25519Signer } from "../signer/signer.ts";
import { softwareSigner } from "../signer/software.ts";
import type { ReadTile } from "../verify/tile.ts";
import { SAMPLE_HALL, sampleAct, sampleDecision, sampleOutcome, sampleTime } from "./sample-body.ts";

/** A Hall's log in memory, made by the code that makes real ones. */
export interface MemoryLog {
  origin: string;
  signer: Ed25519Signer;
  /** The public key as a verifier wants it. */
  key: string;
  /** In the order of the log. */
  receipts: Receipt[];
  leafData: Uint8Array[];
  read: ReadNodes;
  /** A checkpoint of the first `size` leaves, or of all. */
  checkpoint(size?: number): Promise<string>;
  /** One receipt with its proof under that checkpoint. */
  seal(index: number, size?: number): Promise<SealedReceipt>;
}

export interface MemoryLogOptions {
  origin?: string;
  signer?: Ed25519Signer;
  /** WCP's own signature on each receipt; on by default, as with a software key. */
  isSigningReceipts?: boolean;
  /** The body of leaf `index`; by default a decision, its outcome and an act in turn, in one chain. */
  body?: (index: number) => UnsequencedBody;
}

/** Builds a log of `count` receipts; chains are those that the bodies name. */
export async function buildLog(count: number, options: MemoryLogOptions = {}): Promise<MemoryLog> {
  const {
    origin = SAMPLE_HALL,
    signer = throwAwaySigner(),
    isSigningReceipts = true,
    body = sampleBody,
  } = options;
  const heads = new Map<TenantId, { seq: number; hash: Sha256Hex }>();
  const receipts: Receipt[] = [];
  const leafData: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const unsequenced = { ...body(index), hall: origin, signing_key_id: signer.keyId };
    const head = heads.get(unsequenced.chain);
    const place = {
      seq: head ? head.seq + 1 : 0,
      leafIndex: index,
      loggedAt: sampleTime(index, 1),
      prevHash: head?.hash ?? null,
    };
    const sequenced = sequenceBody(unsequenced, place);
    const hash = Buffer.from(sequenced.hash).toString("hex") as Sha256Hex;
    const signature = isSigningReceipts ? await signReceipt(signer, sequenced.hash) : null;
    receipts.push({ ...sequenced.body, receipt_hash: hash, signature });
    leafData.push(sequenced.hash);
    heads.set(unsequenced.chain, { seq: place.seq, hash });
  }

  const read = readNodesOf(leafData);
  const checkpoint = (size = count) =>
    signCheckpoint(signer, {
      origin,
      treeSize: size,
      root: appendLeaves(emptyFrontier(), leafData.slice(0, size)).root,
    });
  const seal = async (index: number, size = count) => ({
    receipt: receipts[index]!,
    seal: {
      checkpoint: await checkpoint(size),
      inclusion_proof: (await inclusionProof(index, size, read)).map((hash) =>
        Buffer.from(hash).toString("base64"),
      ),
    },
  });
  return {
    origin,
    signer,
    key: verifierKey(origin, signer.publicKey),
    receipts,
    leafData,
    read,
    checkpoint,
    seal,
  };
}

/** A signer whose key is nowhere but here. The same 32 bytes of seed give the same key. */
export function throwAwaySigner(seed?: Uint8Array): Ed25519Signer {
  const key = seed
    ? createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" })
    : generateKeyPairSync("ed25519").privateKey;
  return softwareSigner(key, "memory, for tests");
}

/** Nodes as a ledger stores them. */
export function readNodesOf(leafData: readonly Uint8Array[]): ReadNodes {
  const { nodes } = appendLeaves(emptyFrontier(), leafData);
  return async (level, start, count) =>
    level === 0
      ? leafData.slice(start, start + count)
      : nodes
          .filter((node) => node.level === level && node.index >= start && node.index < start + count)
          .map((node) => node.hash);
}

/** The tiles that a log of these leaves serves. */
export function readTileOf(leafData: readonly Uint8Array[]): ReadTile {
  const read = readNodesOf(leafData);
  return async ({ level, index, width }) => {
    const nodes = await read(level, index * 256, width);
    return Buffer.concat(level === 0 ? nodes.map(leafHash) : nodes);
  };
}

/** The DER that precedes the 32 bytes of an Ed25519 private key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** A decision, its outcome and an act in turn. */
export function sampleBody(index: number): UnsequencedBody {
  if (index % 3 === 0) return sampleDecision(index);
  return index % 3 === 1 ? sampleOutcome(index) : sampleAct(index);
}
