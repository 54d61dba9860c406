import { execFile } from "node:child_process";
import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSignatureOf, keyIdOf, spkiObject } from "./public-key.ts";
import { KEY_ALGORITHMS } from "./signer.ts";
import { openSoftwareKey, openSoftwareSigner } from "./software.ts";

const run = promisify(execFile);
const isRoot = process.geteuid?.() === 0;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-signer-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("openSoftwareSigner", () => {
  it("makes a key that only its owner can read, in a folder that only its owner can enter", async () => {
    const path = join(folder, "keys", "deeper", "hall.pem");
    const mask = process.umask(0);
    try {
      await openSoftwareSigner(path);
    } finally {
      process.umask(mask);
    }
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "keys"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, "keys", "deeper"))).mode & 0o777).toBe(0o700);
  });

  it("makes a readable key under a umask that takes everything away", async () => {
    const path = join(folder, "hall.pem");
    const mask = process.umask(0o777);
    try {
      await openSoftwareSigner(path);
    } finally {
      process.umask(mask);
    }
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("leaves nothing but the key in the folder", async () => {
    await openSoftwareSigner(join(folder, "hall.pem"));
    expect(await readdir(folder)).toEqual(["hall.pem"]);
  });

  it("opens the same key again", async () => {
    const path = join(folder, "hall.pem");
    const first = await openSoftwareSigner(path);
    const pem = await readFile(path, "utf8");
    const second = await openSoftwareSigner(path);
    expect(second.publicKey).toEqual(first.publicKey);
    expect(second.keyId).toBe(first.keyId);
    expect(await readFile(path, "utf8")).toBe(pem);
  });

  it("signs what the key's public half verifies", async () => {
    const path = join(folder, "hall.pem");
    const signer = await openSoftwareSigner(path);
    const data = Buffer.from("signed bytes");
    const publicKey = createPublicKey(createPrivateKey(await readFile(path)));
    expect(verify(null, data, publicKey, await signer.sign(data))).toBe(true);
    expect(signer).toMatchObject({ algorithm: "ed25519", module: "software file" });
    expect(signer.keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(signer.keyId).toBe(keyIdOf(signer.publicKey));
    expect(signer.publicKey).toHaveLength(32);
  });

  it("opens a key that openssl made", async () => {
    const path = join(folder, "openssl.pem");
    // What `openssl genpkey -algorithm ed25519` prints.
    const pem = generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" });
    await writeFile(path, pem, { mode: 0o600 });
    await expect(openSoftwareSigner(path)).resolves.toMatchObject({ algorithm: "ed25519" });
  });

  it("follows a link to a key, as container secrets are mounted", async () => {
    const signer = await openSoftwareSigner(join(folder, "hall.pem"));
    await symlink(join(folder, "hall.pem"), join(folder, "link.pem"));
    expect((await openSoftwareSigner(join(folder, "link.pem"))).keyId).toBe(signer.keyId);
  });

  it("refuses a key that anyone else may read or write, whatever the mode", async () => {
    const path = join(folder, "hall.pem");
    await openSoftwareSigner(path);
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666, 0o644]) {
      await chmod(path, mode);
      await expect(openSoftwareSigner(path), mode.toString(8)).rejects.toMatchObject({
        code: "KEY_FILE_TOO_OPEN",
        message: expect.stringContaining("chmod 600"),
      });
    }
    await chmod(path, 0o400);
    await expect(openSoftwareSigner(path)).resolves.toBeDefined();
  });

  it.skipIf(!isRoot)(
    "refuses a key of another user (shown as root only: nobody else can give files away)",
    async () => {
      const path = join(folder, "hall.pem");
      await openSoftwareSigner(path);
      await chown(path, 65534, 65534);
      await expect(openSoftwareSigner(path)).rejects.toMatchObject({ code: "KEY_FILE_NOT_OURS" });
    },
  );

  it("refuses to start where it can create no key, and says which file", async () => {
    const path = "/dev/null/keys/hall.pem";
    await expect(openSoftwareSigner(path)).rejects.toMatchObject({
      code: "KEY_FILE_UNWRITABLE",
      message: expect.stringContaining(path),
    });
  });

  it.skipIf(isRoot)("refuses to start in a folder it may not write to (root may always)", async () => {
    await chmod(folder, 0o500);
    await expect(openSoftwareSigner(join(folder, "hall.pem"))).rejects.toMatchObject({
      code: "KEY_FILE_UNWRITABLE",
    });
  });

  it.skipIf(isRoot)("refuses a key it may not read (root may always)", async () => {
    const path = join(folder, "hall.pem");
    await writeFile(path, "", { mode: 0o200 });
    await expect(openSoftwareSigner(path)).rejects.toMatchObject({ code: "KEY_FILE_UNREADABLE" });
  });

  it("refuses a folder, and does not wait for ever at a pipe", async () => {
    await mkdir(join(folder, "folder.pem"));
    await run("mkfifo", ["-m", "600", join(folder, "pipe.pem")]);
    for (const name of ["folder.pem", "pipe.pem"])
      await expect(openSoftwareSigner(join(folder, name)), name).rejects.toMatchObject({
        code: "KEY_FILE_UNREADABLE",
      });
  });

  it("refuses whatever is not one Ed25519 private key, leaves it alone and never prints it", async () => {
    const ed25519 = generateKeyPairSync("ed25519");
    const pem = ed25519.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
    const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const ed448 = generateKeyPairSync("ed448");
    const files = {
      empty: "",
      text: "correct horse battery staple",
      publicKey: ed25519.publicKey.export({ format: "pem", type: "spki" }) as string,
      p256: p256.privateKey.export({ format: "pem", type: "pkcs8" }) as string,
      sec1: p256.privateKey.export({ format: "pem", type: "sec1" }) as string,
      ed448: ed448.privateKey.export({ format: "pem", type: "pkcs8" }) as string,
      encrypted: ed25519.privateKey.export({
        format: "pem",
        type: "pkcs8",
        cipher: "aes-256-cbc",
        passphrase: "secret",
      }) as string,
      twoKeys: pem + pem,
      trailing: `${pem}more`,
      truncated: pem.replace(/.{8}\n-----END/, "\n-----END"),
      huge: pem + "\n".repeat(10_000),
    };
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, `${name}.pem`);
      await writeFile(path, content, { mode: 0o600 });
      const error = await openSoftwareSigner(path).then(
        () => null,
        (error) => error,
      );
      expect(error, name).toMatchObject({ name: "SignerError", code: "KEY_FILE_MALFORMED" });
      expect(error.message).toContain("openssl genpkey");
      expect(error.message.includes("too long")).toBe(name === "huge");
      expect(error.cause).toBeUndefined();
      const secret = content.split("\n")[1];
      if (secret) expect(error.message).not.toContain(secret);
      expect(await readFile(path, "utf8")).toBe(content);
    }
  });

  it("signs nothing after it was closed", async () => {
    const signer = await openSoftwareSigner(join(folder, "hall.pem"));
    await signer.close();
    await signer.close();
    await expect(signer.sign(Buffer.from("data"))).rejects.toMatchObject({ code: "SIGNER_CLOSED" });
  });

  it("ends with one key when processes start at once, each of which holds that key", async () => {
    const rounds = 25;
    // Both wait for the same instant, then open one new file after another.
    const script = `
      import { openSoftwareSigner } from ${JSON.stringify(join(import.meta.dirname, "software.ts"))};
      const [folder, start] = process.argv.slice(1);
      const ids = [];
      while (Date.now() < Number(start));
      for (let round = 0; round < ${rounds}; round++)
        ids.push((await openSoftwareSigner(folder + "/new/" + round + "/hall.pem")).keyId);
      console.log(ids.join(" "));`;
    const start = `${Date.now() + 1500}`;
    const child = () =>
      run(process.execPath, ["--input-type=module-typescript", "-e", script, folder, start], {
        timeout: 25_000,
      });
    const outputs = await Promise.all([child(), child(), child()]);
    const ids = outputs.map(({ stdout }) => stdout.trim().split(" "));
    expect(ids[0]).toHaveLength(rounds);
    expect(new Set(ids[0]).size).toBe(rounds);
    expect(ids[1]).toEqual(ids[0]);
    expect(ids[2]).toEqual(ids[0]);
    for (let round = 0; round < rounds; round++) {
      const made = join(folder, "new", `${round}`);
      expect(await readdir(made)).toEqual(["hall.pem"]);
      expect((await stat(join(made, "hall.pem"))).mode & 0o777).toBe(0o600);
      expect((await openSoftwareSigner(join(made, "hall.pem"))).keyId).toBe(ids[0]![round]);
    }
  });
});

describe("openSoftwareKey", () => {
  it.each(KEY_ALGORITHMS)(
    "makes an %s key once, and signs what its public key verifies",
    async (algorithm) => {
      const path = join(folder, "key.pem");
      const made = await openSoftwareKey(path, algorithm);
      const again = await openSoftwareKey(path, algorithm);
      expect(again).toMatchObject({ keyId: made.keyId, algorithm, spki: made.spki });
      const data = Buffer.from("the bytes to be signed");
      const publicKey = spkiObject(made.spki, algorithm);
      const signature = await again.sign(data);
      expect(isSignatureOf(algorithm, publicKey, data, signature)).toBe(true);
      expect(isSignatureOf(algorithm, publicKey, Buffer.from("other bytes"), signature)).toBe(false);
    },
  );

  it.each(KEY_ALGORITHMS)("refuses a key file of another algorithm than %s", async (algorithm) => {
    const path = join(folder, "key.pem");
    const other = KEY_ALGORITHMS.find((one) => one !== algorithm)!;
    await openSoftwareKey(path, other);
    await expect(openSoftwareKey(path, algorithm)).rejects.toMatchObject({
      code: "KEY_FILE_MALFORMED",
      message: expect.stringContaining(`holds a key of type ${other}`),
    });
  });
});
