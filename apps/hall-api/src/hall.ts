import type { Ed25519Signer, Token } from "@guildhall/attestation";
import type { Db } from "@guildhall/db";
import type { FastifyBaseLogger } from "fastify";
import type { QuotaKeeper } from "./agreements/quota-keeper.ts";
import type { CertificateAuthority } from "./certification/authority.ts";
import type { Clock } from "./clock.ts";
import type { Dispatcher } from "./dispatch/dispatcher.ts";
import type { GrantIssuer } from "./dispatch/grant.ts";
import type { Settings } from "./env.ts";
import type { AddressMeter } from "./identity/address-meter.ts";
import type { FactorKey } from "./identity/factor-key.ts";
import type { KeyMeter } from "./identity/key-meter.ts";
import type { LinkDelivery } from "./identity/link-delivery.ts";
import type { KeyHistory } from "./keys/key-history.ts";
import type { Keyring } from "./keys/keyring.ts";
import type { DecisionTally } from "./ledger/decision-tally.ts";
import type { Probe } from "./ledger/entry.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { Witnessing } from "./ledger/witnessing.ts";
import type { TextRecords } from "./names/text-records.ts";
import type { ProviderClient } from "./single-sign-on/provider.ts";
import type { ShadowRecorder } from "./snapshot/shadow.ts";
import type { SnapshotStore } from "./snapshot/store.ts";

/** Everything an operation may reach for: built once in wiring.ts, passed in, never looked up. */
export interface Hall {
  settings: Settings;
  db: Db;
  clock: Clock;
  /** The log's key of today. */
  signer: Ed25519Signer;
  /** The Hall's keys by what they are for. */
  keyring: Keyring;
  /** What leads from each key of the log to the next. */
  keyHistory: KeyHistory;
  /** Where the signer's key lives, if that is a token: it may hold more keys. */
  token: Token | null;
  ledger: Ledger;
  witnessing: Witnessing;
  snapshots: SnapshotStore;
  quotas: QuotaKeeper;
  shadow: ShadowRecorder;
  tally: DecisionTally;
  authority: CertificateAuthority;
  grants: GrantIssuer;
  dispatcher: Dispatcher;
  /** Encrypts what is kept of second factors. */
  factorKey: FactorKey;
  /** How one-time links reach people. */
  links: LinkDelivery;
  keyMeter: KeyMeter;
  /** Asks name servers, for proofs of names. */
  textRecords: TextRecords;
  /** Speaks with the OpenID providers of tenants. */
  providers: ProviderClient;
  /** Of strangers who begin or complete a sign-in through a provider: each costs questions to it. */
  ssoBegins: AddressMeter;
  /** Of strangers who report keys. */
  leakReports: AddressMeter;
  log: FastifyBaseLogger;
  probe: Probe;
  startedAtMs: number;
}
