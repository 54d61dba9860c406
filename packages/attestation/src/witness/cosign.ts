import { hash } from "node:crypto";
import type { Ed25519Signer } from "../signer/signer.ts";
import { cosignedMessage } from "../verify/cosignature.ts";
import { isKeyName } from "../verify/key.ts";

/** A C2SP cosignature/v1 over a checkpoint's text: one signature line, with its line end. */
export async function cosign(
  signer: Ed25519Signer,
  name: string,
  text: string,
  timeS: number,
): Promise<string> {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(timeS));
  const signature = await signer.sign(cosignedMessage(timeS, text));
  const bytes = Buffer.concat([keyHashOf(name, signer.publicKey), time, signature]);
  return `— ${name} ${bytes.toString("base64")}\n`;
}

/** The witness's public key as others keep it: a vkey of type 4. */
export function witnessKey(name: string, publicKey: Uint8Array): string {
  if (!isKeyName(name)) throw new RangeError(`Expected a name without spaces or plus signs, got ${name}.`);
  const typed = Buffer.concat([COSIGNATURE, publicKey]).toString("base64");
  return `${name}+${keyHashOf(name, publicKey).toString("hex")}+${typed}`;
}

const COSIGNATURE = Buffer.from([0x04]);

function keyHashOf(name: string, publicKey: Uint8Array): Buffer {
  const input = Buffer.concat([Buffer.from(`${name}\n`, "utf8"), COSIGNATURE, publicKey]);
  return hash("sha256", input, "buffer").subarray(0, 4);
}
