import { join } from "node:path";
import type { Settings } from "../../src/env.ts";

/** A Hall over somebody else's server, with everything it keeps in one folder. `CRASH_LOG=warn` lets it speak. */
export function settingsOf(folder: string, databaseUrl: string, signer: Settings["signer"]): Settings {
  return {
    dataDir: folder,
    host: "127.0.0.1",
    port: 0,
    trustedProxies: [],
    databaseUrl,
    signer,
    operatorTokenFile: join(folder, "keys", "operator-token"),
    factorKeyFile: join(folder, "keys", "factor-key"),
    headFile: join(folder, "keys", "hall.pem.log-head.json"),
    recoverLog: null,
    auditSeconds: 3600,
    witnesses: [],
    origin: "crash.test/log",
    url: "http://localhost",
    consoleUrl: "http://localhost:3000",
    passkeyDomain: null,
    secondFactorRoles: [],
    receiptSignatures: true,
    allowPrivateAddresses: true,
    ssoAllowLoopback: false,
    dnsServers: null,
    namespaceSuffixes: ["org"],
    requireHumanMode: "sdk",
    publishConsent: false,
    tenantRequestsPerMinute: null,
    requireSignatory: false,
    measurementValidMs: 300_000,
    onlineStandings: ["ok", "grace"],
    openLoopback: false,
    signUp: false,
    signUpsPerHour: 60,
    smtpUrl: null,
    mailFrom: "hall@hall.test",
    seed: "none",
    logLevel: process.env.CRASH_LOG ?? "silent",
  };
}
