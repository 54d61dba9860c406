import { generateKeyPairSync, sign } from "node:crypto";
import { openToken } from "../packages/attestation/src/index.ts";
import { startSoftHsm } from "../packages/attestation/src/testing/index.ts";
import { printTable, type Row } from "./table.ts";

/** What signing alone costs: the floors under every figure that a signature is part of. */

const ROUNDS = 5;
const ROUND_MS = 1000;
const ALGORITHMS = ["ed25519", "ecdsa-p256", "rsa"] as const;

export async function benchSigner(): Promise<void> {
  const hsm = startSoftHsm(process.env);
  try {
    hsm.makeToken("bench");
    const token = await openToken({ uri: hsm.parsed("bench"), pin: hsm.pin });
    const rows: Row[] = [];
    for (const algorithm of ALGORITHMS) {
      const id = Buffer.from(algorithm);
      await token.generate({ id, label: algorithm, algorithm });
      const signer = await token.signer({ id, algorithm, pin: null });
      const key = newKey(algorithm);
      const digest = algorithm === "ed25519" ? null : "sha256";
      const data = Buffer.alloc(64, 7);
      const values: Record<"floor" | "token", number[]> = { floor: [], token: [] };
      for (let round = 0; round < ROUNDS; round++) {
        values.floor.push(await rate(async () => sign(digest, data, key), 1));
        values.token.push(await rate(() => signer.sign(data), 64));
      }
      rows.push(
        { case: `${algorithm}, node:crypto`, unit: "/s", values: values.floor },
        {
          case: `${algorithm}, SoftHSM, 64 at once, each verified`,
          unit: "/s",
          values: values.token,
          against: { name: "node:crypto", values: values.floor },
        },
      );
    }
    await token.close();
    printTable("Signatures (floors of P4s and P6)", rows);
  } finally {
    hsm.remove();
  }
}

function newKey(algorithm: (typeof ALGORITHMS)[number]) {
  if (algorithm === "ed25519") return generateKeyPairSync("ed25519").privateKey;
  if (algorithm === "rsa") return generateKeyPairSync("rsa", { modulusLength: 3072 }).privateKey;
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/** Signatures per second while `atOnce` of them are always under way. */
async function rate(signOnce: () => Promise<unknown>, atOnce: number): Promise<number> {
  const startedAt = performance.now();
  let signed = 0;
  const lanes = Array.from({ length: atOnce }, async () => {
    while (performance.now() - startedAt < ROUND_MS) {
      await signOnce();
      signed += 1;
    }
  });
  await Promise.all(lanes);
  return (signed * 1000) / (performance.now() - startedAt);
}
