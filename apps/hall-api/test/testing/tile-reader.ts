import { createHash, createPublicKey, verify } from "node:crypto";

/**
 * A client of C2SP's tiled logs that shares nothing with the Hall's own code: a page written from the
 * specifications alone (signed-note, tlog-checkpoint, tlog-tiles, RFC 6962).
 */
export interface SignedHead {
  size: number;
  root: string;
  note: string;
}

/** @throws where the key did not sign it */
export function openCheckpoint(note: string, vkey: string): SignedHead {
  const [name = "", keyId = "", ...encoded] = vkey.split("+");
  const key = Buffer.from(encoded.join("+"), "base64");
  const [text = "", block = ""] = note.split(/(?<=\n)\n/);
  const [origin, size, root] = text.split("\n");
  if (origin !== name) throw new Error(`the checkpoint is of ${origin}`);
  const x = key.subarray(1).toString("base64url");
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const line = block.split("\n").find((line) => {
    const [dash, signer, value = ""] = line.split(" ");
    const id = Buffer.from(value, "base64").subarray(0, 4).toString("hex");
    return dash === "—" && signer === name && id === keyId;
  });
  const signature = Buffer.from(line?.split(" ")[2] ?? "", "base64").subarray(4);
  if (!verify(null, Buffer.from(text), publicKey, signature))
    throw new Error("the signature is not the key's");
  return { size: Number(size), root: Buffer.from(root ?? "", "base64").toString("hex"), note };
}

/** Every hash of level 0 of a tree of `size` leaves, and the root over them; tiles above are compared with those below. */
export async function rootFromTiles(
  size: number,
  fetchTile: (path: string) => Promise<Buffer>,
): Promise<{ leaves: Buffer[]; root: string }> {
  let leaves: Buffer[] = [];
  let below: Buffer[] = [];
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / 256)) {
    const hashes: Buffer[] = [];
    for (let n = 0; n * 256 < count; n++) {
      const width = Math.min(256, count - n * 256);
      const bytes = await fetchTile(`${level}/${encoded(n)}${width < 256 ? `.p/${width}` : ""}`);
      if (bytes.length !== width * 32) throw new Error(`tile ${level}/${n} has ${bytes.length} bytes`);
      for (let at = 0; at < bytes.length; at += 32) hashes.push(bytes.subarray(at, at + 32));
    }
    if (level === 0) leaves = hashes;
    for (const [i, hash] of level === 0 ? [] : hashes.entries())
      if (!mth(below.slice(i * 256, (i + 1) * 256)).equals(hash))
        throw new Error(`node ${level}/${i} is another`);
    below = hashes;
  }
  return { leaves, root: mth(leaves).toString("hex") };
}

export function mth(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return createHash("sha256").digest();
  if (hashes.length === 1) return hashes[0]!;
  const k = 2 ** (Math.ceil(Math.log2(hashes.length)) - 1);
  return createHash("sha256")
    .update(Buffer.of(1))
    .update(mth(hashes.slice(0, k)))
    .update(mth(hashes.slice(k)))
    .digest();
}

function encoded(n: number): string {
  const rest = `${n % 1000}`.padStart(3, "0");
  return n < 1000
    ? rest
    : `${encoded(Math.floor(n / 1000)).replace(/[0-9]{3}$/, (part) => `x${part}`)}/${rest}`;
}
