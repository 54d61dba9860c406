import { hash } from "node:crypto";
import { Checkpoint, isPrintable } from "@guildhall/protocol";
import type { Ed25519Signer } from "../signer/signer.ts";

/** A signed statement that the log `origin` has `treeSize` leaves under `root` (C2SP tlog-checkpoint). */
export interface TreeHead {
  origin: string;
  treeSize: number;
  root: Uint8Array;
}

/** The text that is signed: three lines, each with its line end. */
export function checkpointText({ origin, treeSize, root }: TreeHead): string {
  checkOrigin(origin);
  if (!Number.isSafeInteger(treeSize) || treeSize < 0 || root.length !== 32)
    throw new RangeError(
      `Expected a tree size and a root of 32 bytes, got ${treeSize} and ${root.length} bytes.`,
    );
  return `${origin}\n${treeSize}\n${base64(root)}\n`;
}

/**
 * The checkpoint as a C2SP signed note, under the name of the log's origin. Several keys, while one takes over from
 * another: a line each, in their order.
 */
export async function signCheckpoint(
  signers: Ed25519Signer | readonly Ed25519Signer[],
  head: TreeHead,
): Promise<string> {
  const text = checkpointText(head);
  const line = async (signer: Ed25519Signer) => {
    const signature = await signer.sign(Buffer.from(text, "utf8"));
    const keyHash = noteKeyHash(head.origin, signer.publicKey);
    return `— ${head.origin} ${base64(Buffer.concat([keyHash, signature]))}\n`;
  };
  const lines = await Promise.all(("sign" in signers ? [signers] : signers).map(line));
  return `${text}\n${lines.join("")}`;
}

/** The public key as other people keep it (a C2SP vkey): `origin+hash+key`, also for `verifySealedReceipt`. */
export function verifierKey(origin: string, publicKey: Uint8Array): string {
  checkOrigin(origin);
  const keyHash = noteKeyHash(origin, publicKey).toString("hex");
  return `${origin}+${keyHash}+${base64(Buffer.concat([ED25519, publicKey]))}`;
}

const ED25519 = Buffer.from([0x01]);

function noteKeyHash(name: string, publicKey: Uint8Array): Buffer {
  const input = Buffer.concat([Buffer.from(`${name}\n`, "utf8"), ED25519, publicKey]);
  return hash("sha256", input, "buffer").subarray(0, 4);
}

function checkOrigin(origin: string): void {
  if (isPrintable(origin) && Checkpoint.shape.origin.safeParse(origin).success) return;
  throw new RangeError(
    "Expected an origin of 1 to 128 printable characters without spaces or plus signs, " +
      `like hall.example.org/log; got ${JSON.stringify(origin)}.`,
  );
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
