import type { Ed25519Signer } from "../signer/signer.ts";

/**
 * WCP's signature of a receipt: Ed25519 over the 64 ASCII characters of `receipt_hash`, in base64. Nothing
 * else that a Hall's key signs looks like 64 hex digits: a checkpoint holds line ends, a grant dots.
 */
export async function signReceipt(signer: Ed25519Signer, receiptHash: Uint8Array): Promise<string> {
  const hex = Buffer.from(receiptHash).toString("hex");
  const signature = await signer.sign(Buffer.from(hex, "ascii"));
  return Buffer.from(signature).toString("base64");
}
