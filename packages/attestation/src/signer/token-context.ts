import { type Call, ckrOf, type Remedy, remedyOf } from "./ckr.ts";
import { type Attribute, CKA, CKF, CKO, CKU_USER, type Cryptoki } from "./cryptoki.ts";
import { spkiOf } from "./public-key.ts";
import type { KeyAlgorithm, SignerErrorCode } from "./signer.ts";
import { TokenFault } from "./token-fault.ts";
import {
  newKeyTemplates,
  type ReadAttribute,
  signingCall,
  tokenKeyAlgorithm,
  tokenPublicKey,
  weaknessesOf,
} from "./token-key.ts";

/** Which token; what is null may be anything. */
export interface TokenMatch {
  token: string;
  serial: string | null;
  manufacturer: string | null;
  model: string | null;
}

/** Which key on it, by CKA_ID in hex. */
export interface WantedKey {
  id: string;
  algorithm: KeyAlgorithm;
}

/** A key as it stands on the token. */
export interface TokenKey {
  /** CKA_ID in hex. */
  id: string;
  label: string;
  algorithm: KeyAlgorithm;
  spki: Uint8Array;
}

export interface OpenedToken {
  /** In words for people, and for every receipt: what kind of module signs. */
  module: string;
  serial: string;
}

/**
 * One login to one token: initialised, found, logged in, keys found and checked. Every call is synchronous and may
 * take as long as the device likes, so it lives in a process of its own. Opening it again is how it recovers: after a
 * token vanished and came back, nothing less than C_Finalize and C_Initialize helps.
 */
export interface TokenContext {
  open(match: TokenMatch, pin: string): OpenedToken;
  /** Finds a key by its id, and refuses one that is not unique, not of this algorithm, or weak. */
  find(key: WantedKey): TokenKey;
  /** Every private key, weak ones too, of the algorithms that we use. */
  list(): (TokenKey & { weaknesses: string[] })[];
  generate(key: WantedKey, label: string): TokenKey;
  /** Signs with a key that was found. */
  sign(id: string, data: Uint8Array): Uint8Array;
  close(): void;
}

/** A call that failed, with what the table says to do. */
class CallFailed extends Error {
  readonly call: Call;
  readonly ckr: string;
  readonly remedy: Remedy;

  constructor(call: Call, ckr: string, remedy: Remedy, cause: unknown) {
    super(`${call}: CKR_${ckr}`, { cause });
    this.call = call;
    this.ckr = ckr;
    this.remedy = remedy;
  }
}

interface Opened {
  match: TokenMatch;
  slot: Buffer;
  session: Buffer;
  keys: Map<string, { handle: Buffer; algorithm: KeyAlgorithm }>;
}

export function createTokenContext(module: Cryptoki): TokenContext {
  let opened: Opened | null = null;
  /** What a person must look at first: from then on the module is not touched. */
  let stopped: TokenFault | null = null;

  /** Makes a call of which the table knows what its failure means. */
  function call<T>(name: Call, work: () => T): T {
    try {
      return work();
    } catch (cause) {
      const ckr = ckrOf(cause);
      if (ckr === null) throw cause;
      throw new CallFailed(name, ckr, remedyOf(name, ckr), cause);
    }
  }

  /** The same, for what is tried again by itself. */
  function callAgain<T>(name: Call, work: () => T): T {
    try {
      return call(name, work);
    } catch (error) {
      if (error instanceof CallFailed && error.remedy === "retry") return call(name, work);
      throw error;
    }
  }

  /** Runs something and turns what it could not mend into a fault: lost for now, or for good. */
  function guarded<T>(work: () => T): T {
    if (stopped) throw stopped;
    try {
      return work();
    } catch (error) {
      const fault = error instanceof CallFailed ? faultOf(error) : error;
      if (fault instanceof TokenFault && fault.fatal) {
        stopped = fault;
        forget();
      }
      throw fault;
    }
  }

  function current(): Opened {
    if (!opened) throw new TokenFault("TOKEN_LOST", "The token is not open.", false);
    return opened;
  }

  function forget(): void {
    opened = null;
    quietly(() => module.C_Finalize());
  }

  function findSlot(match: TokenMatch): { slot: Buffer; info: ReturnType<Cryptoki["C_GetTokenInfo"]> } {
    const found = callAgain("find-token", () => module.C_GetSlotList(true)).flatMap((slot) => {
      const info = tokenIn(slot);
      return info && isMatch(match, info) ? [{ slot, info }] : [];
    });
    const [one, ...more] = found;
    if (!one)
      throw new TokenFault(
        "TOKEN_NOT_FOUND",
        `No token is called ${match.token}. Look whether it is plugged in, and what the module's own tool calls it.`,
        false,
      );
    if (more.length > 0) {
      const serials = found.map(({ info }) => info.serialNumber.trim()).join(", ");
      throw new TokenFault(
        "TOKEN_AMBIGUOUS",
        `${found.length} tokens are called ${match.token}, with the serial numbers ${serials}. Say which one by serial=.`,
        false,
      );
    }
    return one;
  }

  /** A slot that cannot say what is in it does not keep us from the others. */
  function tokenIn(slot: Buffer): ReturnType<Cryptoki["C_GetTokenInfo"]> | null {
    try {
      const info = callAgain("find-token", () => module.C_GetTokenInfo(slot));
      return (info.flags & CKF.TOKEN_INITIALIZED) !== 0 ? info : null;
    } catch (error) {
      if (error instanceof CallFailed && error.remedy !== "fatal") return null;
      throw error;
    }
  }

  function openSession(slot: Buffer, flags: number = CKF.SERIAL_SESSION): Buffer {
    return callAgain("open-session", () => module.C_OpenSession(slot, flags));
  }

  function logIn(session: Buffer, pin: string): void {
    try {
      call("login", () => module.C_Login(session, CKU_USER, pin));
    } catch (error) {
      if (!(error instanceof CallFailed) || error.remedy !== "fine") throw error;
    }
  }

  function findObjects(template: Attribute[]): Buffer[] {
    const { session } = current();
    return callAgain("find-key", () => {
      module.C_FindObjectsInit(session, template);
      try {
        const found: Buffer[] = [];
        for (;;) {
          const some = module.C_FindObjects(session, 16) ?? [];
          found.push(...some);
          if (some.length === 0) return found;
        }
      } finally {
        // Left open after a failure, it would make the next search fail.
        quietly(() => module.C_FindObjectsFinal(session));
      }
    });
  }

  function reader(object: Buffer): ReadAttribute {
    const { session } = current();
    return (type) =>
      callAgain("find-key", () => {
        try {
          const [attribute] = module.C_GetAttributeValue(session, object, [{ type }]);
          return Buffer.isBuffer(attribute?.value) ? attribute.value : null;
        } catch (error) {
          if (ckrOf(error) === "ATTRIBUTE_TYPE_INVALID") return null;
          throw error;
        }
      });
  }

  function keysOf(kind: number, id: string): Buffer[] {
    return findObjects([
      { type: CKA.CLASS, value: kind },
      { type: CKA.ID, value: Buffer.from(id, "hex") },
    ]);
  }

  function find(key: WantedKey): TokenKey {
    const { match, keys } = current();
    const refuse = (code: SignerErrorCode, what: string) =>
      new TokenFault(code, `Key ${key.id} of the token ${match.token} ${what}.`, false);
    const handle = sole(keysOf(CKO.PRIVATE_KEY, key.id), (many) =>
      many
        ? refuse("KEY_AMBIGUOUS", "is there more than once: give each key its own CKA_ID")
        : refuse("KEY_NOT_FOUND", "is not there: make it, or name another by id="),
    );
    const read = reader(handle);
    const algorithm = tokenKeyAlgorithm(read);
    if (algorithm !== key.algorithm)
      throw refuse("KEY_WEAK", `is of type ${algorithm ?? "unknown"}, and not ${key.algorithm}`);
    const weaknesses = weaknessesOf(read);
    if (weaknesses.length > 0)
      throw refuse(
        "KEY_WEAK",
        `is too weak to sign for a Hall: ${weaknesses.join("; ")}. Make a new key on the token with \`hall keys\``,
      );
    const spki = publicKeyOf(key, refuse);
    keys.set(key.id, { handle, algorithm });
    return { id: key.id, label: labelOf(read), algorithm, spki };
  }

  function publicKeyOf(
    { id, algorithm }: WantedKey,
    refuse: (code: SignerErrorCode, what: string) => TokenFault,
  ): Uint8Array {
    const handle = sole(keysOf(CKO.PUBLIC_KEY, id), (many) =>
      many
        ? refuse("KEY_AMBIGUOUS", "has more than one public key")
        : refuse(
            "KEY_NOT_FOUND",
            "has no public key object on the token; both halves must have the same CKA_ID",
          ),
    );
    try {
      return spkiOf(tokenPublicKey(algorithm, reader(handle)));
    } catch (cause) {
      if (cause instanceof CallFailed) throw cause;
      throw refuse("KEY_NOT_FOUND", `has a public key that is no ${algorithm} key`);
    }
  }

  function signOnce(id: string, data: Uint8Array): Uint8Array {
    const { session, keys } = current();
    const key = keys.get(id);
    if (!key) throw new TokenFault("KEY_NOT_FOUND", `Key ${id} was not opened.`, false);
    const { mechanism, input, signature } = signingCall(key.algorithm, data);
    call("sign-init", () => module.C_SignInit(session, { mechanism }, key.handle));
    return call("sign", () => module.C_Sign(session, input, signature));
  }

  /** The new one first: login ends with the last session. */
  function renewSession(): void {
    const was = current();
    const session = openSession(was.slot);
    opened = { ...was, session };
    quietly(() => module.C_CloseSession(was.session));
  }

  return {
    open: (match, pin) =>
      guarded(() => {
        forget();
        callAgain("initialize", () => module.C_Initialize({ flags: CKF.OS_LOCKING_OK }));
        const { slot, info } = findSlot(match);
        const session = openSession(slot);
        opened = { match, slot, session, keys: new Map() };
        logIn(session, pin);
        return { module: moduleInWords(module, info), serial: info.serialNumber.trim() };
      }),
    find: (key) => guarded(() => find(key)),
    list: () =>
      guarded(() =>
        findObjects([{ type: CKA.CLASS, value: CKO.PRIVATE_KEY }]).flatMap((handle) => {
          const read = reader(handle);
          const algorithm = tokenKeyAlgorithm(read);
          const id = read(CKA.ID)?.toString("hex");
          const [publicKey] = id && algorithm ? keysOf(CKO.PUBLIC_KEY, id) : [];
          if (!id || !algorithm || !publicKey) return [];
          const spki = spkiOf(tokenPublicKey(algorithm, reader(publicKey)));
          return [{ id, label: labelOf(read), algorithm, spki, weaknesses: weaknessesOf(read) }];
        }),
      ),
    generate: (key, label) =>
      guarded(() => {
        const { slot, match } = current();
        if (keysOf(CKO.PRIVATE_KEY, key.id).length > 0)
          throw new TokenFault(
            "KEY_EXISTS",
            `Key ${key.id} is on the token ${match.token} already. Use it, or choose another CKA_ID.`,
            false,
          );
        const { mechanism, publicKey, privateKey } = newKeyTemplates(
          key.algorithm,
          Buffer.from(key.id, "hex"),
          label,
        );
        // Only here: what signs every day cannot write to the token.
        const session = openSession(slot, CKF.SERIAL_SESSION | CKF.RW_SESSION);
        try {
          module.C_GenerateKeyPair(session, mechanism, publicKey, privateKey);
        } catch (cause) {
          throw new TokenFault(
            "KEY_NOT_MADE",
            `The token ${match.token} makes no such ${key.algorithm} key (CKR_${ckrOf(cause) ?? "?"}). Nothing less will do: choose a token that can.`,
            false,
            cause,
          );
        } finally {
          quietly(() => module.C_CloseSession(session));
        }
        return find(key);
      }),
    sign: (id, data) =>
      guarded(() => {
        const tried = new Set<Remedy>();
        for (;;)
          try {
            return signOnce(id, data);
          } catch (error) {
            if (!(error instanceof CallFailed) || tried.has(error.remedy)) throw error;
            if (error.remedy !== "retry" && error.remedy !== "new-session") throw error;
            tried.add(error.remedy);
            if (error.remedy === "new-session") renewSession();
          }
      }),
    close: forget,
  };
}

function faultOf({ call, ckr, remedy, cause }: CallFailed): TokenFault {
  const at = `(CKR_${ckr} at ${call})`;
  if (call === "login" && remedy === "fatal")
    return new TokenFault(
      "PIN_REFUSED",
      `The token refused the PIN ${at}. It was tried once and is not tried again, because tokens lock. Check the PIN, then start again.`,
      true,
      cause,
    );
  if (remedy === "fatal")
    return new TokenFault(
      "TOKEN_STOPPED",
      `The token cannot do what is asked of it ${at}. Trying again would not help: check the module and the key, then start again.`,
      true,
      cause,
    );
  return new TokenFault("TOKEN_LOST", `The token does not answer as it should ${at}.`, false, cause);
}

function isMatch(match: TokenMatch, info: ReturnType<Cryptoki["C_GetTokenInfo"]>): boolean {
  // Padded with blanks to their full length.
  const is = (wanted: string | null, value: string) => wanted === null || wanted === value.trimEnd();
  return (
    is(match.token, info.label) &&
    is(match.serial, info.serialNumber) &&
    is(match.manufacturer, info.manufacturerID) &&
    is(match.model, info.model)
  );
}

/** Modules that keep keys in files: no hardware stands behind them, whatever they call their slots. */
const SOFTWARE = /softhsm|opencryptoki|kryoptic|nss/i;

function moduleInWords(module: Cryptoki, info: ReturnType<Cryptoki["C_GetTokenInfo"]>): string {
  const { manufacturerID, libraryVersion } = module.C_GetInfo();
  const model = info.model.trim();
  const kind = SOFTWARE.test(`${manufacturerID} ${info.manufacturerID} ${model}`)
    ? "software token"
    : "token";
  const maker = info.manufacturerID.trim();
  return `${kind}: ${model} by ${maker}, library ${libraryVersion.major}.${libraryVersion.minor}`;
}

function labelOf(read: ReadAttribute): string {
  return read(CKA.LABEL)?.toString("utf8") ?? "";
}

function sole(found: readonly Buffer[], otherwise: (many: boolean) => Error): Buffer {
  const [one, ...more] = found;
  if (!one || more.length > 0) throw otherwise(more.length > 0);
  return one;
}

/** For what ends something that may have ended by itself: there is nothing to do about its failure. */
function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (ckrOf(error) === null) throw error;
  }
}
