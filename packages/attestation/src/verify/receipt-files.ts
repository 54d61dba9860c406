import { decodeHex, encodeBase64, encodeHex, encodeUtf8, joinBytes } from "./encoding.ts";
import { noteKeyHash, parseVerifierKey, publicKeyDer, type VerifierKey } from "./key.ts";
import { sidesOnPath } from "./merkle.ts";
import type { NoteSignature, ParsedNote } from "./note.ts";
import { readSealedReceipt } from "./sealed-receipt.ts";
import { VerifyError } from "./verify-error.ts";
import { verifyEd25519 } from "./web-crypto.ts";

/** One file of a receipt taken apart. Its bytes are what a tool hashes or checks, without a reader of JSON. */
export interface ReceiptFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Takes a sealed receipt apart into the files that openssl and sha256sum can check (docs/verify-a-receipt.md).
 * Nothing is verified here: a forged receipt gives files that fail those checks. `keys` are the Hall's; written
 * are the one that signed the checkpoint and, where another signed the receipt itself, that one too.
 *
 * @throws VerifyError where it cannot be read, or none of the keys is one of the checkpoint's
 */
export async function receiptFiles(input: unknown, keys: readonly string[]): Promise<ReceiptFile[]> {
  const { receipt, bodyBytes, signature, note, checkpoint, proof } = await readSealedReceipt(input);
  const known = await Promise.all(keys.map((key) => parseVerifierKey(key, checkpoint.origin)));
  const signer = await signerOf(note, known);
  const signed = encodeUtf8(receipt.receipt_hash);
  const own = signature && (await firstThatVerifies(known, signature, signed));
  const sides = sidesOnPath(receipt.leaf_index, checkpoint.treeSize);
  return [
    { name: "body.json", bytes: bodyBytes },
    { name: "receipt_hash", bytes: signed },
    ...(signature ? [{ name: "signature", bytes: signature }] : []),
    { name: "checkpoint", bytes: encodeUtf8(noteText(note)) },
    { name: "checkpoint.text", bytes: encodeUtf8(note.text) },
    { name: "checkpoint.signature", bytes: signer.signature },
    {
      name: "proof",
      bytes: encodeUtf8(proof.map((hash, i) => `${sides[i] ?? "beyond"} ${encodeHex(hash)}\n`).join("")),
    },
    ...keyFiles("key", signer.key),
    ...(own && own !== signer.key ? keyFiles("signature_key", own) : []),
  ];
}

/** The first line of the checkpoint that says to be by one of these keys. */
async function signerOf(
  note: ParsedNote,
  keys: readonly VerifierKey[],
): Promise<{ key: VerifierKey; signature: Uint8Array<ArrayBuffer> }> {
  for (const key of keys) {
    const keyHash = await noteKeyHash(key);
    const line = note.signatures.find((line) => line.name === key.name && line.keyHash === keyHash);
    if (line) return { key, signature: line.signature };
  }
  throw new VerifyError("NOTE_KEY_UNKNOWN", "Expected a checkpoint with a line by one of the given keys.");
}

async function firstThatVerifies(
  keys: readonly VerifierKey[],
  signature: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<VerifierKey | undefined> {
  for (const key of keys) if (await verifyEd25519(key.publicKey, signature, data)) return key;
  return undefined;
}

/** Base64 has one form and so has a line: this is the note as it was read. */
function noteText({ text, signatures }: ParsedNote): string {
  return `${text}\n${signatures.map(signatureLine).join("")}`;
}

function signatureLine({ name, keyHash, signature }: NoteSignature): string {
  return `\u2014 ${name} ${encodeBase64(joinBytes(decodeHex(keyHash), signature))}\n`;
}

function keyFiles(name: string, { publicKey }: VerifierKey): ReceiptFile[] {
  const der = publicKeyDer(publicKey);
  const pem = `-----BEGIN PUBLIC KEY-----\n${encodeBase64(der)}\n-----END PUBLIC KEY-----\n`;
  return [
    { name: `${name}.der`, bytes: der },
    { name: `${name}.pem`, bytes: encodeUtf8(pem) },
  ];
}
