import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Ed25519Signer,
  emptyFrontier,
  openNote,
  parseVerifierKey,
  rootOf,
  signCheckpoint,
  type Token,
  verifierKey,
} from "@guildhall/attestation";
import {
  claimSoleHall,
  type DatabaseUrls,
  type Db,
  type DbOptions,
  latestCheckpoint,
  migrate,
  openDb,
  provision,
  rolePasswords,
  serverFaults,
  startEmbeddedPostgres,
} from "@guildhall/db";
import type { FastifyInstance } from "fastify";
import { createQuotaKeeper } from "./agreements/quota-keeper.ts";
import { createApp } from "./app.ts";
import { openAuthority } from "./certification/authority.ts";
import { remindOfRenewals } from "./certification/renewals.ts";
import { createClock } from "./clock.ts";
import { createDispatcher } from "./dispatch/dispatcher.ts";
import { createGrantIssuer } from "./dispatch/grant.ts";
import type { Settings } from "./env.ts";
import type { Hall } from "./hall.ts";
import { createAddressMeter } from "./identity/address-meter.ts";
import { openFactorKey } from "./identity/factor-key.ts";
import { createKeyMeter } from "./identity/key-meter.ts";
import { createLinkDelivery } from "./identity/link-delivery.ts";
import { ensureOperatorToken } from "./identity/operator-token.ts";
import { holdToHistory } from "./keys/hold-to-history.ts";
import { createKeyHistory } from "./keys/key-history.ts";
import { keyStore } from "./keys/key-store.ts";
import { createKeyring } from "./keys/keyring.ts";
import { currentSigner, type LogKeys, openLogKeys } from "./keys/log-keys.ts";
import { registerWitnesses } from "./keys/register-witnesses.ts";
import { createAudits } from "./ledger/audits.ts";
import { createDecisionTally } from "./ledger/decision-tally.ts";
import type { Probe } from "./ledger/entry.ts";
import { guardHead, recordRecovery } from "./ledger/head-guard.ts";
import { createHeadKeeper } from "./ledger/head-keeper.ts";
import { holdToWitnesses } from "./ledger/hold-to-witnesses.ts";
import { createLedger } from "./ledger/ledger.ts";
import { raiseAlert } from "./ledger/raise-alert.ts";
import { createWitnessing } from "./ledger/witnessing.ts";
import { createLog } from "./log.ts";
import { recheckProofs } from "./names/recheck-proofs.ts";
import { createTextRecords } from "./names/text-records.ts";
import { listen } from "./notifications.ts";
import { createOutbound } from "./outbound.ts";
import { openSigner } from "./signer.ts";
import { createProviderClient, PROVIDER_ANSWER_MAX_BYTES } from "./single-sign-on/provider.ts";
import { createShadowRecorder } from "./snapshot/shadow.ts";
import { createSnapshotStore } from "./snapshot/store.ts";
import { StartError } from "./start-refusal.ts";

export interface RunningHall {
  hall: Hall;
  app: FastifyInstance;
  /** Drains what runs, then lets go of everything, the embedded database last. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Crash tests cut the road at its named points. */
  probe?: Probe;
  /** Crash tests write down what is signed. */
  wrapSigner?: (signer: Ed25519Signer) => Ed25519Signer;
  /** A negative control has an instance that does not look at the register again. */
  wrapKeys?: (keys: LogKeys) => LogKeys;
  /** Where links are printed that no mail server is set for. */
  print?: (text: string) => void;
  /** One for everybody, so that a test sees what a request leaves behind on a connection. */
  appConnections?: number;
}

const POLL_MS = 1000;
const CLOCK_MS = 60_000;
const REMIND_MS = 3_600_000;

/** Builds one Hall process from its settings, in the order in which each part needs the one before. */
export async function startHall(
  settings: Settings,
  {
    probe = () => undefined,
    wrapSigner = (signer) => signer,
    wrapKeys = (keys) => keys,
    print = (text) => void process.stdout.write(text),
    appConnections,
  }: StartOptions = {},
): Promise<RunningHall> {
  const log = createLog(settings);
  makeDataDir(settings.dataDir);
  await ensureOperatorToken(settings.operatorTokenFile);
  const opened = await openSigner(settings, log);
  const signer = wrapSigner(opened.signer);
  // A Hall that does not start leaves nothing behind: no server, no token's process.
  const { db, closeServer } = await openDatabase(settings, {
    onError: (err) => log.warn({ err }, "a database connection was lost"),
    ...(appConnections !== undefined && { appConnections }),
  }).catch(async (error) => {
    await opened.close();
    throw error;
  });
  const closeSigners = () => opened.close();
  const ground = {
    settings,
    probe,
    log,
    signer,
    wrapSigner,
    print,
    wrapKeys,
    token: opened.token,
    closeSigners,
    db,
    closeServer,
  };
  return assemble(ground).catch(async (error) => {
    await db.close();
    await closeSigners();
    await closeServer();
    throw error;
  });
}

interface Ground {
  settings: Settings;
  probe: Probe;
  log: ReturnType<typeof createLog>;
  signer: Ed25519Signer;
  wrapSigner: (signer: Ed25519Signer) => Ed25519Signer;
  print: (text: string) => void;
  wrapKeys: (keys: LogKeys) => LogKeys;
  token: Token | null;
  closeSigners: () => Promise<void>;
  db: Db;
  closeServer: () => Promise<void>;
}

/** Everything that stands on the database. */
async function assemble(ground: Ground): Promise<RunningHall> {
  const { settings, probe, log, signer, wrapSigner, wrapKeys, print, token, db } = ground;
  const clock = createClock(db);
  await clock.measure();
  const headKeeper = createHeadKeeper(settings.headFile, log);
  const store = keyStore(dirname(settings.headFile), token);
  const logKeys = wrapKeys(await openLogKeys({ db, store, first: signer, wrap: wrapSigner }));
  const ledger = createLedger({
    db,
    keys: logKeys,
    origin: settings.origin,
    receiptSignatures: settings.receiptSignatures,
    now: clock.now,
    probe,
    onSeal: (treeSize, note) => headKeeper.note(treeSize, note),
    log,
  });
  await refuseAnotherLog(db, settings, logKeys);
  const keyHistory = createKeyHistory(db);
  await holdToHistory({ db, keyHistory, origin: settings.origin, first: signer });
  const lost = await guardHead({ db, ...settings });
  const outbound = createOutbound({ allowPrivate: settings.allowPrivateAddresses });
  const { origin, url, headFile, recoverLog } = settings;
  const emptyCheckpoint = () =>
    signCheckpoint(logKeys.current(), { origin, treeSize: 0, root: rootOf(emptyFrontier()) });
  const witnessing = await createWitnessing({
    db,
    outbound,
    now: clock.now,
    log,
    emptyCheckpoint,
    ...settings,
  });
  const lostToWitnesses = await holdToWitnesses(witnessing, {
    db,
    origin,
    keys: logKeys,
    recoverLog,
    lost,
  }).catch(async (error) => {
    await outbound.close();
    throw error;
  });
  const head = lost ?? lostToWitnesses;
  if (head) {
    log.warn(head, "the log goes on from an older head; the entry log_recovered says so");
    await recordRecovery(head, { db, ledger, clock, headFile });
  }
  // Whatever an earlier process committed and did not seal is sealed before anything new is decided.
  await ledger.sealer.sealCommitted();
  const keyring = createKeyring({ db, ledger, clock, store, logKeys });
  await keyring.introduceFirst();
  await registerWitnesses({ db, ledger, clock, witnesses: settings.witnesses });
  await logKeys.reload();
  const grants = await createGrantIssuer({ db, ledger, clock, issuer: settings.origin });
  const authority = await openAuthority({ db, ledger, clock, signer: await keyring.open("ca"), origin, url });
  const dispatcher = await createDispatcher({ db, clock, ledger, grants, outbound, probe, log });
  const factorKey = await openFactorKey(settings.factorKeyFile);
  const links = createLinkDelivery(settings, print, (err) =>
    log.warn({ err }, "a one-time link could not be sent"),
  );
  const snapshots = createSnapshotStore(db, clock.now, {
    workingStandings: settings.onlineStandings,
    signatoryRequired: settings.requireSignatory,
  });
  const quotas = createQuotaKeeper(db);
  const shadow = createShadowRecorder({ db, log });
  const keyMeter = createKeyMeter({ db, now: clock.now, tenantPerMinute: settings.tenantRequestsPerMinute });
  const providerDoor = createOutbound({
    allowPrivate: settings.allowPrivateAddresses,
    allowLoopback: settings.ssoAllowLoopback,
    answerMaxBytes: PROVIDER_ANSWER_MAX_BYTES,
  });
  const providers = createProviderClient({
    outbound: providerDoor,
    now: clock.now,
    allowLoopback: settings.ssoAllowLoopback,
  });
  const textRecords = createTextRecords(settings.dnsServers);
  const notifications = await listen(db, log);

  const quietly = (what: string, work: () => Promise<unknown>) => () =>
    void work().catch((err) => log.warn({ err }, `${what} failed; it is tried again`));
  const seal = quietly("sealing", () => ledger.sealer.sealCommitted());
  const refresh = quietly("the snapshot poll", () => snapshots.poll());
  const meter = quietly("writing down the use of keys", () => keyMeter.write());
  notifications.on("guildhall_ledger", seal);
  notifications.on("guildhall_snapshot", refresh);
  notifications.on("guildhall_dispatch", () => dispatcher.wake());
  notifications.on("guildhall_outcome", (id) => dispatcher.noteOutcome(id));
  const audits = createAudits({
    urls: db.urls,
    origin: settings.origin,
    logLevel: settings.logLevel,
    raise: (chain, found) => raiseAlert({ db, ledger, clock, log }, chain, found),
    key: async (treeSize) => verifierKey(settings.origin, (await logKeys.forTree(treeSize, 0))[0]!.publicKey),
    log,
  });
  const remind = quietly("the reminder of renewals", () => remindOfRenewals({ db, ledger, clock }));
  remind();
  const lookAgain = quietly("looking at proved names again", () =>
    recheckProofs({ db, ledger, clock, textRecords }),
  );
  const timers = [
    setInterval(remind, REMIND_MS),
    setInterval(lookAgain, REMIND_MS),
    setInterval(() => audits.round(), settings.auditSeconds * 1000),
    setInterval(() => {
      seal();
      refresh();
      dispatcher.wake();
      void witnessing.ask();
      meter();
    }, POLL_MS),
    setInterval(
      quietly("the clock", () => clock.measure()),
      CLOCK_MS,
    ),
  ];
  dispatcher.wake();

  const hall: Hall = {
    settings,
    db,
    clock,
    signer: currentSigner(logKeys),
    keyring,
    keyHistory,
    token,
    ledger,
    witnessing,
    snapshots,
    quotas,
    shadow,
    tally: createDecisionTally(db),
    authority,
    grants,
    dispatcher,
    factorKey,
    links,
    textRecords,
    providers,
    ssoBegins: createAddressMeter({ now: clock.now, perAddress: 300, together: 1200 }),
    keyMeter,
    leakReports: createAddressMeter({ now: clock.now, perAddress: 10, together: 300 }),
    log,
    probe,
    startedAtMs: clock.now(),
  };
  const app = await createApp(hall);
  return {
    hall,
    app,
    async stop() {
      await app.close();
      for (const timer of timers) clearInterval(timer);
      await audits.close();
      await links.close();
      await dispatcher.close();
      await shadow.close();
      await keyMeter.close().catch((err) => log.warn({ err }, "the last use of keys was not written down"));
      await ledger.close();
      await headKeeper.close();
      await notifications.close();
      await outbound.close();
      await providerDoor.close();
      await db.close();
      await ground.closeSigners();
      await ground.closeServer();
    },
  };
}

/** A log is begun under one name, and its keys follow each other in it. Going on under others would give receipts that nobody can verify. */
async function refuseAnotherLog(db: Db, { origin, signer: setting }: Settings, keys: LogKeys): Promise<void> {
  const newest = await latestCheckpoint(db.ledger);
  if (!newest) return;
  const [begun = ""] = newest.note.split("\n", 1);
  if (begun !== origin)
    throw new StartError(`This database holds the log ${begun}, not ${origin}. Set HALL_ORIGIN=${begun}.`);
  try {
    const [speaking] = await keys.forTree(newest.treeSize, 0);
    await openNote(newest.note, [await parseVerifierKey(verifierKey(origin, speaking!.publicKey))]);
  } catch (cause) {
    throw new StartError(
      setting.kind === "file"
        ? `The log ${origin} was signed with another key than the one in ${setting.path}. Restore that key file from your backup.`
        : `The log ${origin} was signed with another key than the one on the token ${setting.uri.token}. Give HALL_SIGNER the key that signed it.`,
      { cause },
    );
  }
}

/** The embedded server or your own: provisioned, migrated, and checked before anything serves from it. */
async function openDatabase(
  settings: Settings,
  options: DbOptions,
): Promise<{ db: Db; closeServer: () => Promise<void> }> {
  const passwords = rolePasswords(join(settings.dataDir, "database.json"));
  if (settings.databaseUrl !== null) {
    const urls = await provision(settings.databaseUrl, passwords).catch((cause) => {
      throw unusable(settings.databaseUrl as string, cause);
    });
    return { db: await openChecked(urls, options), closeServer: async () => undefined };
  }
  const postgres = await startEmbeddedPostgres({ dataDir: join(settings.dataDir, "postgres") });
  const urls = await provision(postgres.adminUrl, passwords, "guildhall");
  const sole = await claimSoleHall(urls.owner);
  if (sole === null)
    throw new StartError(
      `A Hall already runs over ${settings.dataDir}. Stop it first, or start this one with its own HALL_DATA_DIR and HALL_PORT.`,
    );
  const closeServer = async () => {
    await sole.release();
    await postgres.stop();
  };
  try {
    return { db: await openChecked(urls, options), closeServer };
  } catch (error) {
    await closeServer();
    throw error;
  }
}

function makeDataDir(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartError(
      `The data folder ${path} cannot be made (${code}). Set HALL_DATA_DIR to a folder that this user may write to.`,
      { cause },
    );
  }
}

/** Names the server and not the URL, which holds a password. */
function unusable(databaseUrl: string, cause: unknown): StartError {
  const { host, pathname } = new URL(databaseUrl);
  // A name with two addresses fails with one error for each.
  const { message } = cause instanceof AggregateError ? (cause.errors[0] as Error) : (cause as Error);
  return new StartError(
    `PostgreSQL at ${host}${pathname} cannot be used: ${message}. Check HALL_DATABASE_URL; its user must be able to create roles and databases.`,
    { cause },
  );
}

async function openChecked(urls: DatabaseUrls, options: DbOptions): Promise<Db> {
  await migrate(urls.owner);
  const db = openDb(urls, options);
  const faults = await serverFaults(db.ledger);
  if (faults.length === 0) return db;
  await db.close();
  throw new StartError(`The database is not safe to serve from:\n  ${faults.join("\n  ")}`);
}
