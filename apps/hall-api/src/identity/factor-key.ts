import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { StartError } from "../start-refusal.ts";

/**
 * Encrypts what the Hall has to know of a second factor and must not keep in the clear: a database that is lost gives no
 * code away. The key is a file beside the Hall's others; instances that share a database share it.
 */
export interface FactorKey {
  /** @param accountId what is encrypted for one account is read for no other */
  encrypt(plain: Uint8Array, accountId: string): Uint8Array;
  decrypt(sealed: Uint8Array, accountId: string): Uint8Array;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Makes the key on the first start. @throws StartError where the file is not one */
export async function openFactorKey(path: string): Promise<FactorKey> {
  const key = await readFile(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    await placeNew(path);
    return readFile(path);
  });
  if (key.byteLength !== KEY_BYTES)
    throw new StartError(`The file ${path} is not a key of ${KEY_BYTES} bytes. Restore it from your backup.`);
  return {
    encrypt(plain, accountId) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(accountId));
      const text = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]);
    },
    decrypt(sealed, accountId) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(accountId))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    },
  };
}

/** Written under another name first: of processes that start at once one wins, and nobody reads half a key. */
async function placeNew(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}-${randomBytes(6).toString("hex")}.tmp`;
  await writeFile(temporary, randomBytes(KEY_BYTES), { mode: 0o600, flag: "wx", flush: true });
  await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(temporary);
}
