import { flushCompileCache } from "node:module";
import type { AddressInfo } from "node:net";
import type { Ed25519Signer } from "@guildhall/attestation";
import pg from "pg";
import type { Settings } from "../../src/env.ts";
import type { CrashPoint } from "../../src/ledger/entry.ts";
import { startHall } from "../../src/wiring.ts";
import { type Credentials, populate } from "./populate.ts";

/**
 * The entry of a Hall that crash tests kill: the real wiring in a process of its own. It waits, loaded, until
 * it is told to start, and ends itself at a named point where it is told one. Its token writes down what it signs.
 */

export interface Start {
  kind: "start";
  settings: Settings;
  /** Tenants to make first. */
  tenants: readonly string[];
  /** Breaks rule 2 on purpose: signs what a batch would hold, and dies instead of committing it. */
  signsBeforeCommit?: boolean;
}
/** Dies at the n-th time from now on that it reaches the point. */
export interface DieAt {
  kind: "die";
  point: CrashPoint;
  nth: number;
}
export type Order = Start | DieAt;

export interface Ready {
  kind: "ready";
  url: string;
  tenants: Credentials[];
  /** What the start cost. */
  startMs: number;
}
export interface Failed {
  kind: "failed";
  message: string;
}

let death: DieAt | null = null;

process.on("message", (order: Order) => {
  if (order.kind === "die") death = order;
  else
    start(order).catch((error: Error) =>
      process.send?.({ kind: "failed", message: error.stack ?? error.message } satisfies Failed),
    );
});
// A Hall without its test would stay for ever.
process.on("disconnect", () => process.exit(0));

async function start({ settings, tenants, signsBeforeCommit }: Start): Promise<void> {
  const startedAt = performance.now();
  const wrapSigner = (signer: Ed25519Signer): Ed25519Signer => {
    if (signsBeforeCommit) signBeforeCommit(signer);
    return signer;
  };
  const { hall, app } = await startHall(settings, {
    wrapSigner,
    probe(point) {
      if (death?.point === point && --death.nth <= 0) process.kill(process.pid, "SIGKILL");
    },
  });
  const made = await populate(hall, tenants);
  await app.listen({ host: settings.host, port: settings.port });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const startMs = Math.round(performance.now() - startedAt);
  process.send?.({ kind: "ready", url, tenants: made, startMs } satisfies Ready);
  flushCompileCache();
}

/** The hashes of a batch are parameter 20 of its statement, an array in PostgreSQL's binary form. */
function signBeforeCommit(signer: Ed25519Signer): void {
  const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const { name, values } = (args[0] ?? {}) as { name?: string; values?: Buffer[] };
    if (name === "append" && death) {
      const hashes = values?.[19] as Buffer;
      if (hashes.readInt32BE(20) !== 32) throw new Error("the hashes of a batch have moved");
      const signed = [];
      for (let at = 24; at < hashes.length; at += 36)
        signed.push(signer.sign(Buffer.from(hashes.subarray(at, at + 32).toString("hex"))));
      return Promise.allSettled(signed).then(() => process.kill(process.pid, "SIGKILL"));
    }
    return original.apply(this, args);
  } as typeof pg.Client.prototype.query;
}
