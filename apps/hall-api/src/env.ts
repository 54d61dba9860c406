import { join } from "node:path";
import { modulePath, type Pkcs11Uri, parsePkcs11Uri, SignerError } from "@guildhall/attestation";
import { Standing } from "@guildhall/protocol";
import { z } from "zod";
import { AddressRange } from "./identity/address-list.ts";
import { isNameServer } from "./names/name-server.ts";
import { RoleName } from "./operations/role/role-name.ts";

/** The only place that reads the environment. All faults are reported together. */

const flag = z.enum(["0", "1"]).transform((value) => value === "1");
const port = z.coerce.number().int().min(0).max(65_535);

function signerSetting(text: string, context: z.RefinementCtx): SignerSetting {
  if (/^file:.+/.test(text)) return { kind: "file", path: text.slice("file:".length) };
  try {
    if (/^pkcs11:/i.test(text)) return { kind: "pkcs11", uri: parsePkcs11Uri(text, modulePath) };
    throw new SignerError("TOKEN_URI_MALFORMED", "expected file: and a path, or pkcs11: and a token");
  } catch (error) {
    if (!(error instanceof SignerError)) throw error;
    // Without the text itself: it may hold a PIN.
    context.issues.push({ code: "custom", message: error.message, input: undefined });
    return z.NEVER;
  }
}

const Env = z.object({
  /** Folder of everything this Hall keeps: database, keys, credentials. */
  HALL_DATA_DIR: z.string().min(1).default(join(process.cwd(), ".guildhall")),
  HALL_HOST: z.string().min(1).default("127.0.0.1"),
  HALL_PORT: port.default(8765),
  /** The proxies whose X-Forwarded-For is believed, as networks with commas between. Nobody's is by default. */
  HALL_TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .pipe(z.array(AddressRange))
    .default([]),
  /** A PostgreSQL 15 or later of your own; its user must be able to create roles. Default: the embedded one. */
  HALL_DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }).optional(),
  /** `file:` and a path, where the key is made on the first start; or a `pkcs11:` URI (RFC 7512) of a token. */
  HALL_SIGNER: z.string().transform(signerSetting).optional(),
  /** The file that holds the operator's token, made on the first start. Whoever can read it operates the Hall. */
  HALL_OPERATOR_TOKEN_FILE: z.string().min(1).optional(),
  /** The file with the key that second factors are encrypted with, made on the first start. Instances share it. */
  HALL_FACTOR_KEY_FILE: z.string().min(1).optional(),
  /** The log's origin: part of every receipt and the name of its key. */
  HALL_ORIGIN: z
    .string()
    .regex(/^[\x21-\x2a\x2c-\x7e]{1,128}$/, "expected printable ASCII without spaces or plus signs")
    .optional(),
  /** The size of a signed head that is lost for good: the log goes on without it, and an entry says so. */
  HALL_RECOVER_LOG: z.coerce.number().int().min(1).optional(),
  /** Who is asked to cosign the log: `<url> <vkey>` each, with commas between. */
  HALL_WITNESSES: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim().split(/ +/)))
    .refine(
      (all) => all.every((one) => one.length === 2 && URL.canParse(one[0] ?? "") && one[1]?.includes("+")),
      {
        message: "expected <url> <vkey>, with commas between witnesses",
      },
    )
    .transform((all) => all.map(([url = "", key = ""]) => ({ url, key })))
    .default([]),
  /** Seconds between two rounds of the auditor, which reads the stored log again. */
  HALL_AUDIT_SECONDS: z.coerce.number().int().min(1).max(86_400).default(10),
  /** Where clients and workers reach this Hall. */
  HALL_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Where the console is served: the only origin that may act for a session. */
  HALL_CONSOLE_URL: z.url({ protocol: /^https?$/ }).default("http://localhost:3000"),
  /** The domain that passkeys are made for: the console's host, or one above it where the console may move. */
  HALL_PASSKEY_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/, "expected a domain in lower case")
    .optional(),
  /** Roles whose holders come in with a second factor only, with commas between; `*` is every role. */
  HALL_SECOND_FACTOR_ROLES: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .pipe(z.array(z.union([z.literal("*"), RoleName])))
    .default([]),
  /** WCP's signature on each receipt beside the checkpoint. By default only where the key is a file: a token is slow. */
  HALL_RECEIPT_SIGNATURES: flag.optional(),
  /** Workers on loopback and private addresses may be called. On by default only where the Hall listens on loopback. */
  HALL_ALLOW_PRIVATE_ADDRESSES: flag.optional(),
  /** Providers of single sign-on may be plain http on this machine's own loopback: for development and tests. */
  HALL_SSO_ALLOW_LOOPBACK: flag.default(false),
  /** The name servers that proofs of names are asked of, `<address>` or `<address>:<port>`, with commas between. */
  HALL_DNS_SERVERS: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .refine((all) => all.every(isNameServer), {
      message:
        "expected addresses such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53, with commas between",
    })
    .optional(),
  /** Under which top-level domains `<name>.<suffix>` proves the namespace `org.<name>` or `x.<name>`. */
  HALL_NAMESPACE_SUFFIXES: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .pipe(z.array(z.string().regex(/^[a-z][a-z0-9-]{1,62}(?:\.[a-z][a-z0-9-]{1,62})*$/)).min(1))
    .default(["org"]),
  /**
   * How a hold looks to its caller: `sdk`, denied with all the supervisor fields, so that an old client fails closed;
   * `spec`, not denied. Nothing runs either way.
   */
  HALL_REQUIRE_HUMAN_MODE: z.enum(["sdk", "spec"]).default("sdk"),
  /** Rules are published from drafts only, and only with a second person's consent to what is published. */
  HALL_PUBLISH_CONSENT: flag.default(false),
  /** Nothing is started for a signatory without an agreement in force, whatever rules and profiles ask. */
  HALL_REQUIRE_SIGNATORY: flag.default(false),
  /** How long a measurement of a worker's code counts. */
  HALL_MEASUREMENT_VALID_SECONDS: z.coerce.number().int().min(10).max(86_400).default(300),
  /** Requests a minute that all keys of one tenant may make together, of each instance. Without it there is no limit. */
  HALL_TENANT_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).optional(),
  /** With which standings a tenant may go online and have work done; suspended is never one of them. */
  HALL_ONLINE_STANDINGS: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .pipe(z.array(Standing.exclude(["suspended"])).min(1))
    .default(["ok", "grace"]),
  /**
   * Opens the routes of the public Hall server (contract 8a) without a credential to callers on this machine. Only where
   * the Hall listens on loopback, and only while it has a single tenant.
   */
  HALL_OPEN_LOOPBACK: flag.default(false),
  /** Whoever has an e-mail address may found a tenant of their own. Off: tenants are made by who operates the Hall. */
  HALL_SIGN_UP: flag.default(false),
  /** How many may ask for that in an hour, all together. */
  HALL_SIGN_UPS_PER_HOUR: z.coerce.number().int().min(1).max(10_000).default(60),
  /** The mail server that one-time links go by, `smtp://` or `smtps://` with its user; without one they are printed. */
  HALL_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  HALL_MAIL_FROM: z.string().min(3).max(254).default("guildhall@localhost"),
  /** Creates the demo tenant and prints its key and a sign-in link. */
  HALL_SEED: z.enum(["demo", "none"]).default("none"),
  HALL_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "silent"]).default("info"),
});

export interface Settings {
  dataDir: string;
  host: string;
  port: number;
  trustedProxies: readonly string[];
  databaseUrl: string | null;
  signer: SignerSetting;
  operatorTokenFile: string;
  factorKeyFile: string;
  /** Where the newest signed head is kept: beside the key where that is a file, else where such a key would be. */
  headFile: string;
  recoverLog: number | null;
  auditSeconds: number;
  witnesses: readonly { url: string; key: string }[];
  origin: string;
  url: string;
  consoleUrl: string;
  /** Null: the console's host. */
  passkeyDomain: string | null;
  secondFactorRoles: readonly string[];
  receiptSignatures: boolean;
  allowPrivateAddresses: boolean;
  ssoAllowLoopback: boolean;
  /** Null: those that the machine asks. */
  dnsServers: readonly string[] | null;
  namespaceSuffixes: readonly string[];
  requireHumanMode: "sdk" | "spec";
  publishConsent: boolean;
  requireSignatory: boolean;
  measurementValidMs: number;
  tenantRequestsPerMinute: number | null;
  /** Never holds `suspended`. */
  onlineStandings: readonly Standing[];
  openLoopback: boolean;
  signUp: boolean;
  signUpsPerHour: number;
  smtpUrl: string | null;
  mailFrom: string;
  seed: "demo" | "none";
  logLevel: string;
}

export type SignerSetting = { kind: "file"; path: string } | { kind: "pkcs11"; uri: Pkcs11Uri };

export class SettingsError extends Error {
  override name = "SettingsError";
}

/** @throws SettingsError that names every fault and what was expected */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const read = Env.safeParse(env);
  const faults = read.success ? [] : read.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`);
  for (const name of Object.keys(env))
    if (name.startsWith("HALL_") && !(name in Env.shape) && !SCRIPTS_OWN.has(name))
      faults.push(`${name}: no such setting; known are ${Object.keys(Env.shape).join(", ")}`);
  if (!read.success || faults.length > 0)
    throw new SettingsError(`Settings are wrong:\n  ${faults.join("\n  ")}`);
  const e = read.data;
  const loopback = ["127.0.0.1", "localhost", "::1"].includes(e.HALL_HOST);
  if (e.HALL_OPEN_LOOPBACK && !loopback)
    throw new SettingsError(
      `Settings are wrong:\n  HALL_OPEN_LOOPBACK: only where HALL_HOST is a loopback address; it is ${e.HALL_HOST}`,
    );
  const consoleHost = new URL(e.HALL_CONSOLE_URL).hostname;
  if (e.HALL_PASSKEY_DOMAIN && !`.${consoleHost}`.endsWith(`.${e.HALL_PASSKEY_DOMAIN}`))
    throw new SettingsError(
      `Settings are wrong:\n  HALL_PASSKEY_DOMAIN: expected the host of HALL_CONSOLE_URL, which is ${consoleHost}, or a domain above it`,
    );
  const keyFile = join(e.HALL_DATA_DIR, "keys", "hall.pem");
  const signer = e.HALL_SIGNER ?? { kind: "file", path: keyFile };
  return {
    dataDir: e.HALL_DATA_DIR,
    host: e.HALL_HOST,
    port: e.HALL_PORT,
    trustedProxies: e.HALL_TRUSTED_PROXIES,
    databaseUrl: e.HALL_DATABASE_URL ?? null,
    operatorTokenFile: e.HALL_OPERATOR_TOKEN_FILE ?? join(e.HALL_DATA_DIR, "keys", "operator-token"),
    factorKeyFile: e.HALL_FACTOR_KEY_FILE ?? join(e.HALL_DATA_DIR, "keys", "factor-key"),
    signer,
    headFile: `${signer.kind === "file" ? signer.path : keyFile}.log-head.json`,
    recoverLog: e.HALL_RECOVER_LOG ?? null,
    auditSeconds: e.HALL_AUDIT_SECONDS,
    witnesses: e.HALL_WITNESSES,
    origin: e.HALL_ORIGIN ?? "guildhall.localhost/log",
    url: e.HALL_URL ?? `http://localhost:${e.HALL_PORT}`,
    consoleUrl: e.HALL_CONSOLE_URL,
    passkeyDomain: e.HALL_PASSKEY_DOMAIN ?? null,
    secondFactorRoles: e.HALL_SECOND_FACTOR_ROLES,
    receiptSignatures: e.HALL_RECEIPT_SIGNATURES ?? signer.kind === "file",
    allowPrivateAddresses: e.HALL_ALLOW_PRIVATE_ADDRESSES ?? loopback,
    ssoAllowLoopback: e.HALL_SSO_ALLOW_LOOPBACK,
    dnsServers: e.HALL_DNS_SERVERS ?? null,
    namespaceSuffixes: e.HALL_NAMESPACE_SUFFIXES,
    requireHumanMode: e.HALL_REQUIRE_HUMAN_MODE,
    publishConsent: e.HALL_PUBLISH_CONSENT,
    requireSignatory: e.HALL_REQUIRE_SIGNATORY,
    measurementValidMs: e.HALL_MEASUREMENT_VALID_SECONDS * 1000,
    tenantRequestsPerMinute: e.HALL_TENANT_REQUESTS_PER_MINUTE ?? null,
    onlineStandings: e.HALL_ONLINE_STANDINGS,
    openLoopback: e.HALL_OPEN_LOOPBACK,
    signUp: e.HALL_SIGN_UP,
    signUpsPerHour: e.HALL_SIGN_UPS_PER_HOUR,
    smtpUrl: e.HALL_SMTP_URL ?? null,
    mailFrom: e.HALL_MAIL_FROM,
    seed: e.HALL_SEED,
    logLevel: e.HALL_LOG_LEVEL,
  };
}

/** Read by the scripts around the Hall, not by it. */
const SCRIPTS_OWN = new Set([
  "HALL_INSTALL",
  "HALL_CONSOLE_PORT",
  "HALL_CONSOLE_SECRET",
  "HALL_API_URL",
  "HALL_API_KEY",
]);
