import { describe, expect, it } from "vitest";
import { parsePkcs11Uri } from "./pkcs11-uri.ts";

const parse = (uri: string) => parsePkcs11Uri(uri, (name) => (name === "softhsm2" ? "/lib/soft.so" : null));

describe("parsePkcs11Uri", () => {
  it("reads token, key, module and where the PIN lies", () => {
    expect(
      parse(
        "pkcs11:token=The%20Hall;serial=12ab;manufacturer=Maker;model=M1;id=%00%ffA;object=log;type=private?module-path=/opt/lib.so&pin-source=file:/run/secrets/pin",
      ),
    ).toEqual({
      token: "The Hall",
      serial: "12ab",
      manufacturer: "Maker",
      model: "M1",
      id: Uint8Array.of(0, 255, 65),
      object: "log",
      modulePath: "/opt/lib.so",
      pinFile: "/run/secrets/pin",
    });
  });

  it("needs a token and a module, and nothing else", () => {
    expect(parse("pkcs11:token=t?module-path=/opt/lib.so")).toEqual({
      token: "t",
      serial: null,
      manufacturer: null,
      model: null,
      id: null,
      object: null,
      modulePath: "/opt/lib.so",
      pinFile: null,
    });
  });

  it("finds a named module where this platform's packages put it", () => {
    expect(parse("pkcs11:token=t?module-name=softhsm2").modulePath).toBe("/lib/soft.so");
    expect(() => parse("pkcs11:token=t?module-name=other")).toThrow(/not known here/);
  });

  it("takes the PIN's file with and without an authority", () => {
    for (const source of ["file:/a/pin", "file:///a/pin", "/a/pin"])
      expect(parse(`pkcs11:token=t?module-path=/l.so&pin-source=${source}`).pinFile).toBe("/a/pin");
  });

  it("refuses a PIN in the URI and does not repeat it", () => {
    for (const uri of [
      "pkcs11:token=t?pin-value=s3cret&module-path=/l.so",
      "pkcs11:token=t;pin-value=s3cret",
    ]) {
      const refusal = refusalOf(uri);
      expect(refusal).toContain("pin-source=file:");
      expect(refusal).not.toContain("s3cret");
    }
  });

  it.each([
    ["file:/key.pem", "does not begin with pkcs11:"],
    ["pkcs11:", "token= is missing"],
    ["pkcs11:token=?module-path=/l.so", "token= is missing"],
    ["pkcs11:token=t", "module-path= is missing"],
    ["pkcs11:token=t?module-path=lib.so", "absolute path"],
    ["pkcs11:token=t?module-path=/l.so&module-name=softhsm2", "not both"],
    ["pkcs11:token=t;token=u?module-path=/l.so", "twice"],
    ["pkcs11:tokn=t?module-path=/l.so", "none of token, serial"],
    ["pkcs11:token=t;slot-id=3?module-path=/l.so", "none of token, serial"],
    ["pkcs11:token=t;?module-path=/l.so", "none of token, serial"],
    ["pkcs11:token?module-path=/l.so", "none of token, serial"],
    ["pkcs11:token=t;type=cert?module-path=/l.so", "only be private"],
    ["pkcs11:token=a b?module-path=/l.so", "percent-encoded"],
    ["pkcs11:token=a%2?module-path=/l.so", "percent-encoded"],
    ["pkcs11:token=a%zz?module-path=/l.so", "percent-encoded"],
    ["pkcs11:token=a/b?module-path=/l.so", "percent-encoded"],
    ["pkcs11:token=%ff?module-path=/l.so", "not UTF-8"],
    ["pkcs11:token=t?module-path=/l.so&pin-source=pin", "absolute path"],
    ["pkcs11:token=t?module-path=/l.so&pin-source=%7Ccat%20/pin", "absolute path"],
  ])("refuses %s", (uri, why) => {
    expect(refusalOf(uri)).toContain(why);
  });
});

function refusalOf(uri: string): string {
  try {
    parse(uri);
  } catch (error) {
    expect(error).toMatchObject({ name: "SignerError", code: "TOKEN_URI_MALFORMED" });
    return (error as Error).message;
  }
  throw new Error(`${uri} was taken`);
}
