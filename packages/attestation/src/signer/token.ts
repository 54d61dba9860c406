import cluster from "node:cluster";
import { hash, type KeyObject, randomBytes } from "node:crypto";
import type { Pkcs11Uri } from "./pkcs11-uri.ts";
import { isSignatureOf, keyIdOf, rawPublicKey, spkiObject } from "./public-key.ts";
import { type Ed25519Signer, type KeyAlgorithm, type Signer, SignerError } from "./signer.ts";
import { connectToken, type TokenConnection } from "./token-connection.ts";
import type { TokenKey, WantedKey } from "./token-context.ts";
import { TokenFault } from "./token-fault.ts";
import type { ProbedKey, TokenOrder } from "./token-process.ts";

/**
 * A token that may go away. While it is gone nothing is signed and nothing waits; what asks is refused at once. It is
 * looked for until it is back, without a restart: found, logged in, every key found again, compared with the one it
 * was, checked, and made to sign. `stopped` is for a person: a PIN that was refused, a signature that was wrong.
 */
export type TokenState = "serving" | "lost" | "stopped" | "closed";

export interface Token {
  /** What signs, in words for people and for receipts: `software token: SoftHSM v2 by SoftHSM project, library 2.6`. */
  module: string;
  serial: string;
  state(): TokenState;
  /** Opens one of its keys. Every signature is verified before it is handed out. */
  signer<Algorithm extends KeyAlgorithm>(key: PinnedKey<Algorithm>): Promise<SignerOf<Algorithm>>;
  /** Every private key on it, with what makes it too weak to sign for a Hall. */
  list(): Promise<(TokenKey & { weaknesses: string[] })[]>;
  /** Makes a key pair that can sign and nothing else, and can never leave. */
  generate(key: NewTokenKey): Promise<TokenKey>;
  close(): Promise<void>;
}

export type SignerOf<Algorithm extends KeyAlgorithm> = Algorithm extends "ed25519"
  ? Ed25519Signer
  : Signer<Algorithm>;

export interface PinnedKey<Algorithm extends KeyAlgorithm = KeyAlgorithm> {
  /** CKA_ID. */
  id: Uint8Array;
  algorithm: Algorithm;
  /** SHA-256 of its SubjectPublicKeyInfo in hex, as `keyPin` gives it; null only before anybody knows it. */
  pin: string | null;
}

export interface NewTokenKey {
  /** CKA_ID; no other key of the token may have it. */
  id: Uint8Array;
  label: string;
  algorithm: KeyAlgorithm;
}

export interface TokenOptions {
  uri: Pkcs11Uri;
  pin: string;
  /** Told of every change, with its reason: to be logged. Neither ever holds the PIN. */
  onState?: (state: TokenState, reason: SignerError | null) => void;
}

interface OpenKey {
  wanted: WantedKey;
  spki: Uint8Array;
  publicKey: KeyObject;
}

/** How a key is pinned: the SHA-256 of its SubjectPublicKeyInfo, in hex. */
export function keyPin(spki: Uint8Array): string {
  return hash("sha256", spki, "hex");
}

/** Silence after which a call counts as hung. With the probe's interval it makes the second in which a loss is seen. */
const SILENCE_MS = { ed25519: 650, "ecdsa-p256": 650, rsa: 5000 } as const;
const PROBE_MS = 250;
const START_MS = 15_000;
/** Between looks for a token that is away; with a look's own time it stays far below the 5 s in which it is found. */
const LOOK_MS = 500;
const LOOK_SILENCE_MS = 3000;
/** A device may take minutes for an RSA pair. */
const GENERATE_MS = 180_000;

/**
 * Opens a token: its module in a process of its own, found, logged in.
 * @throws SignerError that says what to do; the PIN was tried at most once
 */
export async function openToken({ uri, pin, onState = () => undefined }: TokenOptions): Promise<Token> {
  // A forked process shares its parent's port and nothing else of it; one Hall a process is what we test.
  if (cluster.isWorker)
    throw new SignerError(
      "MODULE_OWNED",
      "A token cannot be opened in a worker of node:cluster. Start one Hall a process instead.",
    );
  const { modulePath, token, serial, manufacturer, model } = uri;
  const match = { token, serial, manufacturer, model };
  const keys = new Map<string, OpenKey>();
  let state: TokenState = "lost";
  let connection: TokenConnection = connectToken();
  let stoppedBy: SignerError | null = null;
  let lookTimer: NodeJS.Timeout | null = null;
  let signedAtMs = 0;

  async function open(silenceMs: number) {
    if (!connection.isAlive()) connection = connectToken();
    const probe = probeText();
    const wanted = [...keys.values()].map((key) => key.wanted);
    const opened = await connection.order(
      { do: "open", modulePath, match, pin, keys: wanted, probe },
      silenceMs,
    );
    for (const probed of opened.keys) {
      const known = keys.get(probed.key.id);
      checkPin(probed.key, known ? keyPin(known.spki) : null);
      checkProbe(probed, probe);
    }
    return opened;
  }

  function change(to: TokenState, reason: SignerError | null): void {
    state = to;
    onState(to, reason);
  }

  /** Opens the breaker. What was being signed fails with the same reason, and nobody waits for the token's return. */
  function lose(reason: SignerError): void {
    if (state !== "serving") return;
    if (isFinal(reason)) stop(reason);
    else {
      change("lost", reason);
      look();
    }
  }

  function stop(reason: SignerError): void {
    stoppedBy = reason;
    if (lookTimer) clearTimeout(lookTimer);
    change("stopped", reason);
    connection.kill(reason);
  }

  function look(): void {
    lookTimer = null;
    if (state !== "lost") return;
    open(LOOK_SILENCE_MS).then(
      () => {
        if (state !== "lost") return;
        signedAtMs = performance.now();
        change("serving", null);
      },
      (error: SignerError) => {
        if (state !== "lost") return;
        if (isFinal(error)) stop(error);
        else lookTimer = setTimeout(look, LOOK_MS);
      },
    );
  }

  /** Asks the token, and opens the breaker where it is the token that fails. */
  async function ask<Order extends TokenOrder>(order: Order, silenceMs: number) {
    if (state !== "serving") throw refusal();
    try {
      return await connection.order(order, silenceMs);
    } catch (error) {
      const { code } = error as SignerError;
      if (isFinal(error as SignerError) || code === "TOKEN_LOST" || code === "TOKEN_SILENT")
        lose(error as SignerError);
      throw error;
    }
  }

  async function sign({ wanted, publicKey }: OpenKey, data: Uint8Array): Promise<Uint8Array> {
    const { id, algorithm } = wanted;
    // Modules take no bytes for no argument, which would look like a broken module.
    if (data.length === 0) throw new RangeError("There is nothing to sign: the data is empty.");
    const signature = await ask({ do: "sign", id, data }, SILENCE_MS[algorithm]);
    if (!isSignatureOf(algorithm, publicKey, data, signature)) {
      // A token that gave one wrong signature may give another: it is not asked again.
      const reason = wrongSignature(`The token ${token}`);
      lose(reason);
      throw reason;
    }
    signedAtMs = performance.now();
    return signature;
  }

  function refusal(): SignerError {
    if (state === "closed")
      return new SignerError("SIGNER_CLOSED", `The token ${token} is closed; open it again to sign.`);
    if (stoppedBy) return new SignerError("TOKEN_STOPPED", stoppedBy.message, { cause: stoppedBy });
    return new SignerError(
      "TOKEN_LOST",
      `The token ${token} is away. It is looked for twice a second; nothing is signed until it is back.`,
    );
  }

  const opened = await open(START_MS).catch(async (error) => {
    await connection.close();
    throw error;
  });
  state = "serving";
  // Work proves the token's health by itself; where there is none, a signature of ours does.
  const probeTimer = setInterval(() => {
    const [key] = keys.values();
    const isIdle = performance.now() - signedAtMs >= PROBE_MS && connection.pending() === 0;
    if (!key || state !== "serving" || !isIdle) return;
    // `sign` has opened the breaker where this fails.
    sign(key, probeText()).catch(() => undefined);
  }, PROBE_MS);
  probeTimer.unref();

  return {
    module: opened.module,
    serial: opened.serial,
    state: () => state,
    async signer<Algorithm extends KeyAlgorithm>({ id, algorithm, pin: keyPinned }: PinnedKey<Algorithm>) {
      const probe = probeText();
      const wanted = { id: Buffer.from(id).toString("hex"), algorithm };
      const probed = await ask({ do: "use", key: wanted, probe }, START_MS);
      checkPin(probed.key, keyPinned);
      checkProbe(probed, probe);
      const { spki } = probed.key;
      const key: OpenKey = { wanted, spki, publicKey: spkiObject(spki, algorithm) };
      keys.set(wanted.id, key);
      const raw = algorithm === "ed25519" ? rawPublicKey(key.publicKey) : null;
      let isClosed = false;
      const signer: Signer = {
        keyId: keyIdOf(raw ?? spki),
        algorithm,
        spki,
        module: opened.module,
        available: () => state === "serving" && !isClosed,
        async sign(data) {
          if (isClosed)
            throw new SignerError("SIGNER_CLOSED", "The signer is closed; open it again to sign.");
          return sign(key, data);
        },
        async close() {
          isClosed = true;
        },
      };
      return { ...signer, ...(raw && { publicKey: raw }) } as SignerOf<Algorithm>;
    },
    list: () => ask({ do: "list" }, START_MS),
    generate({ id, label, algorithm }) {
      const key = { id: Buffer.from(id).toString("hex"), algorithm };
      return ask({ do: "generate", key, label }, GENERATE_MS);
    },
    async close() {
      if (state === "closed") return;
      state = "closed";
      clearInterval(probeTimer);
      if (lookTimer) clearTimeout(lookTimer);
      await connection.close();
    },
  };
}

/** Opens one key of a token of which nothing else is wanted: closing the signer closes the token. */
export async function openTokenSigner<Algorithm extends KeyAlgorithm>(
  options: TokenOptions,
  key: PinnedKey<Algorithm>,
): Promise<SignerOf<Algorithm>> {
  const token = await openToken(options);
  try {
    return { ...(await token.signer(key)), close: () => token.close() };
  } catch (error) {
    await token.close();
    throw error;
  }
}

/** What nobody can take for a checkpoint, a receipt's hash or a grant: one line that says what it is. */
function probeText(): Uint8Array {
  return Buffer.from(`a probe of the signer, which says nothing: ${randomBytes(16).toString("hex")}`);
}

function checkPin(key: TokenKey, pin: string | null): void {
  const found = keyPin(key.spki);
  if (pin === null || pin === found) return;
  throw new TokenFault(
    "KEY_NOT_PINNED",
    `Key ${key.id} of the token has the public key ${found}, and ${pin} was pinned. Another key under the same id is another Hall's, or an attack: look before you change the pin.`,
    false,
  );
}

function checkProbe({ key, signature }: ProbedKey, probe: Uint8Array): void {
  if (!isSignatureOf(key.algorithm, spkiObject(key.spki, key.algorithm), probe, signature))
    throw wrongSignature(`Key ${key.id} of the token`);
}

function wrongSignature(who: string): TokenFault {
  return new TokenFault(
    "SIGNATURE_INVALID",
    `${who} gave a signature that its own public key does not verify. It is quarantined: nothing was released and it is not asked again. Replace the key or the device, then start again.`,
    true,
  );
}

function isFinal(error: SignerError): boolean {
  return error instanceof TokenFault && error.fatal;
}
