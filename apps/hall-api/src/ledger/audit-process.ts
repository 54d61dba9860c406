import { type DatabaseUrls, openDb } from "@guildhall/db";
import type { TenantId } from "@guildhall/protocol";
import type { Settings } from "../env.ts";
import { createLog } from "../log.ts";
import { createAuditor } from "./auditor.ts";
import { createDecisionAuditor } from "./decision-auditor.ts";
import type { Found } from "./raise-alert.ts";
import { createStateAuditor } from "./state-auditor.ts";

/**
 * The process of a Hall's auditors. What a page of rows costs to read would hold up every decision that shares its
 * thread; here it holds up nobody. It reads and compares, appends nothing and holds no key: what it finds its parent
 * raises. It ends with its parent.
 */

export type AuditOrder =
  | { kind: "begin"; given: AuditGiven }
  | { kind: "round" }
  | { kind: "answer"; number: number; answer: AuditAnswer }
  /** Once the page that is being read is read. */
  | { kind: "end" };

/** By message, because the addresses hold passwords: whoever lists processes reads arguments and environment. */
export interface AuditGiven {
  urls: DatabaseUrls;
  origin: string;
  logLevel: Settings["logLevel"];
}

export type AuditQuestion =
  | { kind: "raise"; chain: TenantId; found: Found }
  /** The key of the log that speaks for a tree of this size. */
  | { kind: "key"; treeSize: number };

export interface AuditAnswers {
  raise: null;
  key: string;
}

export type AuditAnswer =
  | { ok: true; value: AuditAnswers[keyof AuditAnswers] }
  | { ok: false; message: string };

export type AuditReport =
  | { kind: "asked"; number: number; question: AuditQuestion }
  /** The round has ended, also where it failed. */
  | { kind: "rounded" };

interface Asked {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

interface Auditing {
  round(): Promise<void>;
  close(): Promise<void>;
}

const stopping = new AbortController();
const asked = new Map<number, Asked>();
let lastNumber = 0;
let auditing: Auditing | null = null;
let running: Promise<void> = Promise.resolve();

process.on("message", (order: AuditOrder) => {
  switch (order.kind) {
    case "begin":
      auditing = begin(order.given);
      return;
    case "round":
      running = (auditing?.round() ?? running).then(() => say({ kind: "rounded" }));
      return;
    case "answer":
      hear(order.number, order.answer);
      return;
    case "end":
      stopping.abort();
      void running.then(() => auditing?.close()).finally(() => process.exit(0));
  }
});
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole group; the parent ends us when it needs us no more.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

function begin({ urls, origin, logLevel }: AuditGiven): Auditing {
  const log = createLog({ logLevel });
  const db = openDb(urls, {
    appConnections: 1,
    ledgerConnections: 1,
    onError: (err) => log.warn({ err }, "a database connection of the audit was lost"),
  });
  const { signal } = stopping;
  const raise = async (chain: TenantId, found: Found) => void (await ask({ kind: "raise", chain, found }));
  const key = (treeSize: number) => ask({ kind: "key", treeSize });
  const auditors: readonly [what: string, auditor: { audit(): Promise<unknown> }][] = [
    ["the log", createAuditor({ db, raise, origin, key, signal })],
    ["rows", createStateAuditor({ db, raise, signal })],
    ["decisions", createDecisionAuditor({ db, raise, signal })],
  ];
  return {
    async round() {
      // A log that cannot be read keeps nobody from comparing rows.
      for (const [what, auditor] of auditors)
        await auditor.audit().catch((err: unknown) => {
          if (!signal.aborted) log.warn({ err }, `the audit of ${what} failed; it is tried again`);
        });
    },
    close: () => db.close(),
  };
}

function say(report: AuditReport): void {
  // Where nobody listens any more, "disconnect" ends us.
  process.send?.(report, undefined, undefined, () => undefined);
}

function ask<Question extends AuditQuestion>(question: Question): Promise<AuditAnswers[Question["kind"]]> {
  return new Promise((resolve, reject) => {
    lastNumber += 1;
    asked.set(lastNumber, { resolve, reject });
    say({ kind: "asked", number: lastNumber, question });
  });
}

function hear(number: number, answer: AuditAnswer): void {
  const one = asked.get(number);
  asked.delete(number);
  if (answer.ok) one?.resolve(answer.value as never);
  else one?.reject(new Error(`The Hall could not answer its auditors: ${answer.message}`));
}
