import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FaultyCryptoki, faultyCryptoki, type SoftHsm, startSoftHsm } from "../testing/index.ts";
import { CALLS, type Call, CKR_REMEDIES, ckrOf, remedyOf } from "./ckr.ts";
import { CKA, CKF, CKM, CKO, type Cryptoki } from "./cryptoki.ts";
import { loadModule } from "./pkcs11.ts";
import { isSignatureOf, spkiObject } from "./public-key.ts";
import { createTokenContext, type TokenContext } from "./token-context.ts";

/** A real SoftHSM behind a shim that injects faults. One module a process, so all of it is in this file. */

const FUNCTIONS: Record<Call, keyof Cryptoki> = {
  initialize: "C_Initialize",
  "find-token": "C_GetSlotList",
  "open-session": "C_OpenSession",
  login: "C_Login",
  "find-key": "C_FindObjectsInit",
  "sign-init": "C_SignInit",
  sign: "C_Sign",
};
const KEY = { id: Buffer.from("log").toString("hex"), algorithm: "ed25519" } as const;
const data = Buffer.from("the bytes to be signed");

let hsm: SoftHsm;
let real: Cryptoki;
let module: FaultyCryptoki;
let context: TokenContext;

beforeAll(() => {
  hsm = startSoftHsm(process.env);
  hsm.makeToken("one");
  real = loadModule(hsm.modulePath);
  const maker = createTokenContext(real);
  maker.open(hsm.parsed("one"), hsm.pin);
  maker.generate(KEY, "log");
  maker.close();
});
afterAll(() => hsm?.remove());
beforeEach(() => {
  module = faultyCryptoki(real);
  context = createTokenContext(module);
});

function open(): void {
  context.open(hsm.parsed("one"), hsm.pin);
  context.find(KEY);
}

function expectGood(signature: Uint8Array): void {
  const { spki } = context.find(KEY);
  expect(isSignatureOf("ed25519", spkiObject(spki, "ed25519"), data, signature)).toBe(true);
}

function faultIn(work: () => unknown): { code: string; fatal: boolean; message: string } {
  try {
    work();
  } catch (error) {
    expect(error).toMatchObject({ name: "SignerError" });
    return error as never;
  }
  throw new Error("nothing failed");
}

describe("H-091: each code at each call has the remedy of the table", () => {
  const codes = [...Object.keys(CKR_REMEDIES), "VENDOR_DEFINED"];

  it.each(codes)("CKR_%s", (code) => {
    for (const call of CALLS) {
      module = faultyCryptoki(real);
      context = createTokenContext(module);
      const isOpening = call !== "sign" && call !== "sign-init";
      if (!isOpening) open();
      const sessions = module.calls.C_OpenSession ?? 0;
      module.fail(FUNCTIONS[call], code);
      const act = () => (isOpening ? open() : expectGood(context.sign(KEY.id, data)));
      const remedy = remedyOf(call, code);
      const what = `${code} at ${call}: ${remedy}`;
      if (remedy === "retry") act();
      // The shim kept the login from happening, so that the private key cannot be seen; login was not what failed.
      else if (remedy === "fine")
        expect(faultIn(act), what).toMatchObject({ code: "KEY_NOT_FOUND", fatal: false });
      else if (remedy === "new-session") {
        act();
        expect(module.calls.C_OpenSession, what).toBe(sessions + 1);
      } else {
        const fault = faultIn(act);
        expect(fault.fatal, what).toBe(remedy === "fatal");
        expect(fault.message, what).toContain(`CKR_${code} at ${call}`);
      }
      if (remedy === "fatal") {
        // Stopped: nothing more reaches the module, least of all another login.
        const before = { ...module.calls };
        faultIn(open);
        faultIn(() => context.sign(KEY.id, data));
        expect(module.calls, what).toEqual(before);
        continue;
      }
      open();
      expectGood(context.sign(KEY.id, data));
      context.close();
    }
  });

  it("knows the codes that 0x… of RELIABILITY and the standard give these events", () => {
    expect(ckrOf(new Error("CKR_DEVICE_ERROR:48"))).toBe("DEVICE_ERROR");
    expect(ckrOf(new TypeError("no module"))).toBeNull();
    expect(remedyOf("sign", "toString")).toBe("new-context");
  });

  it("tries each remedy once: what fails again is lost, and not tried for ever", () => {
    open();
    module.fail("C_SignInit", "SESSION_CLOSED", Number.POSITIVE_INFINITY);
    const before = module.calls.C_SignInit ?? 0;
    expect(faultIn(() => context.sign(KEY.id, data))).toMatchObject({ code: "TOKEN_LOST", fatal: false });
    expect(module.calls.C_SignInit).toBe(before + 2);
    module.fail("C_SignInit", "FUNCTION_FAILED", Number.POSITIVE_INFINITY);
    expect(faultIn(() => context.sign(KEY.id, data)).code).toBe("TOKEN_LOST");
    module.fail("C_SignInit", "NONE", 0);
    context.close();
  });
});

describe("H-093: a PIN that is refused", () => {
  it.each(["PIN_INCORRECT", "PIN_LOCKED", "PIN_EXPIRED"])("CKR_%s: one try, then nothing", (code) => {
    module.fail("C_Login", code);
    expect(faultIn(open)).toMatchObject({ code: "PIN_REFUSED", fatal: true });
    for (let i = 0; i < 5; i++) faultIn(open);
    expect(module.calls.C_Login).toBe(1);
  });

  it("a wrong PIN at the real token: one try, and the message does not hold it", () => {
    const fault = faultIn(() => context.open(hsm.parsed("one"), "wrong-pin-99"));
    expect(fault).toMatchObject({ code: "PIN_REFUSED", fatal: true });
    expect(JSON.stringify([fault.message, String(fault)])).not.toContain("wrong-pin-99");
    expect(module.calls.C_Login).toBe(1);
  });
});

it("H-095: where the token gives no more sessions, it is lost for now and nothing crashes", () => {
  module.fail("C_OpenSession", "SESSION_COUNT");
  expect(faultIn(open)).toMatchObject({ code: "TOKEN_LOST", fatal: false });
  open();
  expectGood(context.sign(KEY.id, data));
  context.close();
});

it("H-097: a second owner of the module in one process is refused", () => {
  expect(faultIn(() => loadModule(hsm.modulePath)).code).toBe("MODULE_OWNED");
});

describe("H-094: which token, which key, and how strong", () => {
  it("two tokens of one label are refused with their serial numbers, and told apart by one", () => {
    hsm.makeToken("twin");
    hsm.makeToken("twin");
    const fault = faultIn(() => context.open(hsm.parsed("twin"), hsm.pin));
    expect(fault).toMatchObject({ code: "TOKEN_AMBIGUOUS", fatal: false });
    const [serial = ""] = /[0-9a-f]{16}/.exec(fault.message) ?? [];
    expect(module.calls.C_Login).toBeUndefined();
    expect(context.open({ ...hsm.parsed("twin"), serial }, hsm.pin).serial).toBe(serial);
    context.close();
  });

  it("a token that is not there is named", () => {
    const fault = faultIn(() => context.open(hsm.parsed("nobody"), hsm.pin));
    expect(fault).toMatchObject({ code: "TOKEN_NOT_FOUND", fatal: false });
    expect(fault.message).toContain("nobody");
  });

  it("the key that we make can sign and nothing else, and says so of itself", () => {
    open();
    expect(context.list()).toMatchObject([
      { id: KEY.id, label: "log", algorithm: "ed25519", weaknesses: [] },
    ]);
    expect(faultIn(() => context.generate(KEY, "again")).code).toBe("KEY_EXISTS");
    expect(faultIn(() => context.find({ ...KEY, algorithm: "rsa" })).code).toBe("KEY_WEAK");
    expect(faultIn(() => context.find({ ...KEY, id: "00" })).code).toBe("KEY_NOT_FOUND");
    context.close();
  });

  it.each([
    ["EXTRACTABLE", true, ["CKA_EXTRACTABLE is true", "CKA_NEVER_EXTRACTABLE is false"]],
    ["SENSITIVE", false, ["CKA_SENSITIVE is false", "CKA_ALWAYS_SENSITIVE is false"]],
    ["MODIFIABLE", true, ["CKA_MODIFIABLE is true"]],
    ["COPYABLE", true, ["CKA_COPYABLE is true"]],
    ["DECRYPT", true, ["CKA_DECRYPT is true"]],
    ["UNWRAP", true, ["CKA_UNWRAP is true"]],
    ["DERIVE", true, ["CKA_DERIVE is true"]],
    ["SIGN_RECOVER", true, ["CKA_SIGN_RECOVER is true"]],
    ["PRIVATE", false, ["CKA_PRIVATE is false"]],
  ] as const)("a key with CKA_%s %s is refused with what is wrong", (name, value, wrong) => {
    const id = Buffer.from(`weak-${name}`).toString("hex");
    makeKey(id, { [name]: value });
    context.open(hsm.parsed("one"), hsm.pin);
    const fault = faultIn(() => context.find({ id, algorithm: "ed25519" }));
    expect(fault).toMatchObject({ code: "KEY_WEAK", fatal: false });
    for (const words of wrong) expect(fault.message).toContain(words);
    context.close();
  });

  it("what a usual tool makes by default is refused whole", () => {
    const id = Buffer.from("usual").toString("hex");
    makeKey(id, { DECRYPT: true, UNWRAP: true, DERIVE: true, MODIFIABLE: true, COPYABLE: true });
    context.open(hsm.parsed("one"), hsm.pin);
    const { message } = faultIn(() => context.find({ id, algorithm: "ed25519" }));
    for (const name of ["DECRYPT", "UNWRAP", "DERIVE", "MODIFIABLE", "COPYABLE"])
      expect(message).toContain(`CKA_${name} is true`);
    context.close();
  });

  it("two private keys of one id are refused", () => {
    const id = Buffer.from("double").toString("hex");
    makeKey(id, {});
    makeKey(id, {});
    context.open(hsm.parsed("one"), hsm.pin);
    expect(faultIn(() => context.find({ id, algorithm: "ed25519" })).code).toBe("KEY_AMBIGUOUS");
    context.close();
  });
});

/** A key as somebody else makes it: ours, with other attributes. */
function makeKey(id: string, changes: Partial<Record<keyof typeof CKA, boolean>>): void {
  real.C_Initialize({ flags: CKF.OS_LOCKING_OK });
  const slot = real
    .C_GetSlotList(true)
    .find((one) => real.C_GetTokenInfo(one).label.trim() === "one") as Buffer;
  const session = real.C_OpenSession(slot, CKF.SERIAL_SESSION | CKF.RW_SESSION);
  real.C_Login(session, 1, hsm.pin);
  const safe = { PRIVATE: true, SENSITIVE: true, EXTRACTABLE: false, COPYABLE: false, MODIFIABLE: false };
  const uses = { SIGN: true, DECRYPT: false, UNWRAP: false, DERIVE: false, SIGN_RECOVER: false };
  const flags = Object.entries({ TOKEN: true, ...safe, ...uses, ...changes });
  const named = [
    { type: CKA.ID, value: Buffer.from(id, "hex") },
    { type: CKA.LABEL, value: id },
  ];
  real.C_GenerateKeyPair(
    session,
    { mechanism: CKM.EC_EDWARDS_KEY_PAIR_GEN },
    [
      ...named,
      { type: CKA.CLASS, value: CKO.PUBLIC_KEY },
      { type: CKA.TOKEN, value: true },
      { type: CKA.VERIFY, value: true },
      { type: CKA.EC_PARAMS, value: Buffer.from("06032b6570", "hex") },
    ],
    [...named, ...flags.map(([name, value]) => ({ type: CKA[name as keyof typeof CKA], value }))],
  );
  real.C_Finalize();
}
