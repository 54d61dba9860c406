import { generateKeyPairSync, sign } from "node:crypto";
import {
  MEASUREMENT_TYPE,
  type Measurement,
  PACKAGE_PREDICATE_TYPE,
  type SignedManifest,
  STATEMENT_PAYLOAD_TYPE,
} from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import {
  openEnvelope,
  preAuthEncoding,
  signEnvelope,
  signMeasurement,
  signPackageStatement,
  signReceipt,
  verifyMeasurement,
  verifyPackageStatement,
} from "../src/index.ts";
import { softwareSigner } from "../src/signer/software.ts";

const newSigner = () => softwareSigner(generateKeyPairSync("ed25519").privateKey, "test");
const signer = newSigner();
const other = newSigner();
const keyOf = (one: typeof signer) => new Uint8Array(one.publicKey);
const TYPE = "application/vnd.test+json";
const trust = { payloadType: TYPE, keys: [keyOf(signer)] };

interface Parts {
  payload: string;
  payloadType: string;
  signatures: { keyid?: string; sig: string }[];
}
const parts = (text: string) => JSON.parse(text) as Parts;
const good = await signEnvelope(signer, TYPE, { a: 1 });
/** The envelope with something changed and no signature made anew. */
const changed = (change: (envelope: Parts) => void): string => {
  const envelope = parts(good);
  change(envelope);
  return JSON.stringify(envelope);
};
const codeOf = async (envelope: string | Uint8Array, using: Parameters<typeof openEnvelope>[1] = trust) => {
  const verdict = await openEnvelope(envelope, using);
  return verdict.ok ? "OK" : verdict.code;
};

const MANIFEST = {
  schema_version: "awp.v1",
  worker_id: "org.example.my-worker.i-1",
  worker_species_id: "wrk.example.my-worker",
  worker_version: "1.0.0",
  package_hash: "0".repeat(64),
  built_at_utc: "2026-01-01T00:00:00Z",
  attested_at_utc: "2026-01-01T00:00:00Z",
  build_source: "local",
  trust_statement: "Namespace org.example states it.",
} as SignedManifest;
const MEASURED = {
  type: "guildhall/measurement/v1",
  hall: "hall.test/log",
  worker_id: "org.example.my-worker.i-1",
  method: "runner-measured",
  hash: "0".repeat(64),
  nonce: "1".repeat(64),
  measured_at: "2026-01-01T00:00:00.000Z",
} as Measurement;

describe("a DSSE envelope", () => {
  it("is signed over type and payload, each with its length, as DSSE writes it", () => {
    const text = preAuthEncoding("http://example.com/HelloWorld", Buffer.from("hello world"));
    expect(Buffer.from(text).toString()).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    // Lengths are of bytes.
    expect(Buffer.from(preAuthEncoding("é", Buffer.from("é"))).toString()).toBe("DSSEv1 2 é 2 é");
  });

  it("opens under the key that signed it, and returns the very bytes that were verified", async () => {
    const verdict = await openEnvelope(good, trust);
    expect(verdict).toMatchObject({ ok: true, signedBy: [keyOf(signer)] });
    if (verdict.ok) expect(Buffer.from(verdict.payload).toString()).toBe('{"a":1}');
    expect(await codeOf(changed((envelope) => Object.assign(envelope, { more: 1 })))).toBe("OK");
  });

  it("does not open after any bit of its payload or its signature was flipped", async () => {
    const { payload, signatures } = parts(good);
    for (const [text, put] of [
      [payload, (envelope: Parts, value: string) => Object.assign(envelope, { payload: value })],
      [
        signatures[0]!.sig,
        (envelope: Parts, value: string) => Object.assign(envelope.signatures[0]!, { sig: value }),
      ],
    ] as const) {
      const bytes = Buffer.from(text, "base64");
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const envelope = changed((one) => put(one, flipped.toString("base64")));
        expect(await codeOf(envelope), `bit ${bit}`).toBe("ENVELOPE_SIGNATURE_INVALID");
      }
    }
  });
});

describe("H-054: signed with the right key, as another kind", () => {
  it("an envelope of another type is refused, also where its type is rewritten to the expected one", async () => {
    const statement = await signPackageStatement(signer, MANIFEST);
    const measurement = await signMeasurement(signer, MEASURED);
    const keys = [keyOf(signer)];
    expect(await verifyMeasurement(statement, keys)).toMatchObject({ code: "ENVELOPE_TYPE_OTHER" });
    expect(await verifyPackageStatement(measurement, keys)).toMatchObject({ code: "ENVELOPE_TYPE_OTHER" });
    const dressed = (text: string, payloadType: string) => JSON.stringify({ ...parts(text), payloadType });
    expect(await verifyMeasurement(dressed(statement, MEASUREMENT_TYPE), keys)).toMatchObject({
      code: "ENVELOPE_SIGNATURE_INVALID",
    });
    expect(await verifyPackageStatement(dressed(measurement, STATEMENT_PAYLOAD_TYPE), keys)).toMatchObject({
      code: "ENVELOPE_SIGNATURE_INVALID",
    });
    // The same two, read as what they are.
    expect(await verifyMeasurement(measurement, keys)).toMatchObject({ ok: true });
    expect(await verifyPackageStatement(statement, keys)).toMatchObject({ ok: true });
  });

  it("a receipt's signature, or one over the payload alone, signs no envelope", async () => {
    const payload = Buffer.from(parts(good).payload, "base64");
    for (const sig of [
      await signReceipt(signer, payload),
      Buffer.from(await signer.sign(payload)).toString("base64"),
    ])
      expect(await codeOf(changed((envelope) => Object.assign(envelope.signatures[0]!, { sig })))).toBe(
        "ENVELOPE_SIGNATURE_INVALID",
      );
  });

  it("another statement of the same type is no package's", async () => {
    const statement = {
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: MANIFEST.worker_id, digest: { wcpPackageV1: MANIFEST.package_hash } }],
      predicateType: PACKAGE_PREDICATE_TYPE,
      predicate: MANIFEST,
    };
    const code = async (payload: unknown) => {
      const verdict = await verifyPackageStatement(
        await signEnvelope(signer, STATEMENT_PAYLOAD_TYPE, payload),
        [keyOf(signer)],
      );
      return verdict.ok ? "OK" : verdict.code;
    };
    expect(await code(statement)).toBe("OK");
    expect(await code({ ...statement, predicateType: "https://slsa.dev/provenance/v1" })).toBe(
      "STATEMENT_TYPE_OTHER",
    );
    expect(await code({ ...statement, _type: "https://in-toto.io/Statement/v0.1" })).toBe(
      "STATEMENT_TYPE_OTHER",
    );
    const subjectOf = (name: string, hash: string) => ({
      ...statement,
      subject: [{ name, digest: { wcpPackageV1: hash } }],
    });
    expect(await code(subjectOf("org.example.other", MANIFEST.package_hash))).toBe("STATEMENT_SUBJECT_OTHER");
    expect(await code(subjectOf(MANIFEST.worker_id, "1".repeat(64)))).toBe("STATEMENT_SUBJECT_OTHER");
    expect(await code({ ...statement, subject: [] })).toBe("STATEMENT_MALFORMED");
    expect(await code({ ...statement, predicate: { ...MANIFEST, worker_version: 1 } })).toBe(
      "STATEMENT_MALFORMED",
    );
    expect(await code("text")).toBe("STATEMENT_MALFORMED");
  });
});

describe("H-055: the algorithm is the trusted key's", () => {
  it.each([
    ["an empty signature", ""],
    ["an HMAC under the public key", `${"A".repeat(43)}=`],
    ["a signature of another length", Buffer.alloc(65).toString("base64")],
  ])("%s is refused", async (_, sig) => {
    expect(await codeOf(changed((envelope) => Object.assign(envelope.signatures[0]!, { sig })))).toBe(
      "ENVELOPE_SIGNATURE_INVALID",
    );
  });

  it("no signatures, and a word for an algorithm, change nothing", async () => {
    expect(await codeOf(changed((envelope) => Object.assign(envelope, { signatures: [] })))).toBe(
      "ENVELOPE_MALFORMED",
    );
    expect(
      await codeOf(
        changed((envelope) =>
          Object.assign(envelope, { alg: "none", signatures: [{ alg: "none", sig: "" }] }),
        ),
      ),
    ).toBe("ENVELOPE_SIGNATURE_INVALID");
  });

  it("a signature by P-256 or RSA is none of Ed25519", async () => {
    const encoded = preAuthEncoding(TYPE, Buffer.from('{"a":1}'));
    const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    for (const sig of [
      sign("sha256", encoded, { key: p256, dsaEncoding: "ieee-p1363" }),
      sign("sha256", encoded, p256),
      sign("sha256", encoded, rsa),
    ])
      expect(
        await codeOf(
          changed((envelope) => Object.assign(envelope.signatures[0]!, { sig: sig.toString("base64") })),
        ),
      ).toBe("ENVELOPE_SIGNATURE_INVALID");
  });
});

describe("H-056: a keyid only narrows", () => {
  const signedBy = (...signers: (typeof signer)[]) =>
    Promise.all(signers.map(async (one) => parts(await signEnvelope(one, TYPE, { a: 1 })).signatures[0]!));
  const withSignatures = (signatures: Parts["signatures"]) =>
    changed((envelope) => Object.assign(envelope, { signatures }));

  it("that of a trusted key on an attacker's signature is refused", async () => {
    const [forged] = await signedBy(other);
    expect(await codeOf(withSignatures([{ ...forged!, keyid: signer.keyId }]))).toBe(
      "ENVELOPE_SIGNATURE_INVALID",
    );
    // And its own, which nobody trusts.
    expect(await codeOf(withSignatures([forged!]))).toBe("ENVELOPE_SIGNATURE_INVALID");
  });

  it("one that is missing or empty costs nothing; one that names a path, an address or a statement of SQL reaches none", async () => {
    const [{ sig }] = (await signedBy(signer)) as [{ sig: string }];
    expect(await codeOf(withSignatures([{ sig }]))).toBe("OK");
    expect(await codeOf(withSignatures([{ keyid: "", sig }]))).toBe("OK");
    for (const keyid of ["../../../etc/passwd", "http://127.0.0.1/key", "' OR 1=1 --", "__proto__"])
      expect(await codeOf(withSignatures([{ keyid, sig }])), keyid).toBe("ENVELOPE_SIGNATURE_INVALID");
  });

  it("a key counts once, however often it signs and however often it is trusted", async () => {
    const two = { ...trust, keys: [keyOf(signer), keyOf(other)], threshold: 2 };
    const [own] = await signedBy(signer);
    const twice = withSignatures([own!, { sig: own!.sig }, own!]);
    expect(await codeOf(twice, two)).toBe("ENVELOPE_SIGNATURE_INVALID");
    expect(await codeOf(twice, { ...two, keys: [keyOf(signer), keyOf(signer)] })).toBe(
      "ENVELOPE_SIGNATURE_INVALID",
    );
    expect(await codeOf(withSignatures(await signedBy(signer, other)), two)).toBe("OK");
  });

  it("a threshold of nothing still asks for one signature", async () => {
    expect(await codeOf(withSignatures(await signedBy(other)), { ...trust, threshold: 0 })).toBe(
      "ENVELOPE_SIGNATURE_INVALID",
    );
  });

  it("more than 16 signatures are refused before one is checked, and so are a thousand", async () => {
    const [own] = await signedBy(signer);
    expect(await codeOf(withSignatures(Array(16).fill(own)))).toBe("OK");
    expect(await codeOf(withSignatures(Array(17).fill(own)))).toBe("ENVELOPE_TOO_MANY_SIGNATURES");
    expect(await codeOf(withSignatures(Array(1000).fill(own)))).not.toBe("OK");
  });
});

describe("H-058: one text for one signature", () => {
  it.each([
    ["junk", (text: string) => `${text.slice(0, 4)}!!!${text.slice(4)}`],
    ["no padding", (text: string) => text.replaceAll("=", "")],
    ["a line end", (text: string) => `${text}\n`],
    ["a space", (text: string) => ` ${text}`],
    ["stray bits", (text: string) => text.replace(/(.)==$/, (_, last) => `${last === "A" ? "B" : "/"}==`)],
  ])("base64 with %s is refused, in the signature and in the payload", async (_, spoil) => {
    for (const change of [
      (envelope: Parts) =>
        Object.assign(envelope.signatures[0]!, { sig: spoil(envelope.signatures[0]!.sig) }),
      (envelope: Parts) => Object.assign(envelope, { payload: spoil(envelope.payload) }),
    ]) {
      const envelope = changed(change);
      if (envelope !== JSON.stringify(parts(good))) expect(await codeOf(envelope)).toBe("ENVELOPE_MALFORMED");
    }
  });

  it("the alphabet for URLs is refused", async () => {
    // One whose text differs in the two alphabets.
    for (let n = 0; ; n++) {
      const envelope = parts(await signEnvelope(signer, TYPE, { n }));
      const [signature] = envelope.signatures;
      const url = signature!.sig.replaceAll("+", "-").replaceAll("/", "_");
      if (url === signature!.sig) continue;
      expect(await codeOf(JSON.stringify(envelope))).toBe("OK");
      signature!.sig = url;
      return expect(await codeOf(JSON.stringify(envelope))).toBe("ENVELOPE_MALFORMED");
    }
  });

  it("a signature with the group's order added to S is refused", async () => {
    const L = 2n ** 252n + 27742317777372353535851937790883648493n;
    const bytes = Buffer.from(parts(good).signatures[0]!.sig, "base64");
    const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + L;
    const more = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse();
    const sig = Buffer.concat([bytes.subarray(0, 32), more]).toString("base64");
    expect(await codeOf(changed((envelope) => Object.assign(envelope.signatures[0]!, { sig })))).toBe(
      "ENVELOPE_SIGNATURE_INVALID",
    );
  });
});

describe("H-059: what is shown is what was verified", () => {
  /** An envelope around exactly these bytes, genuinely signed. */
  async function around(text: string, payloadType: string): Promise<string> {
    const payload = Buffer.from(text);
    const sig = Buffer.from(await signer.sign(preAuthEncoding(payloadType, payload))).toString("base64");
    return JSON.stringify({ payload: payload.toString("base64"), payloadType, signatures: [{ sig }] });
  }
  const measured = JSON.stringify(MEASURED);

  it.each([
    ["a repeated key", measured.replace('"method"', '"hash":"","method"')],
    ["trailing bytes", `${measured}{}`],
    ["a byte order mark", `\ufeff${measured}`],
    ["a key of the prototype", measured.replace('"method"', '"__proto__":{},"method"')],
    ["a field that nobody knows", measured.replace('"method"', '"more":1,"method"')],
    ["no JSON", "not json"],
  ])("a signed payload with %s is refused", async (_, text) => {
    expect(await verifyMeasurement(await around(text, MEASUREMENT_TYPE), [keyOf(signer)])).toMatchObject({
      ok: false,
      code: "MEASUREMENT_MALFORMED",
    });
  });

  it.each([
    ["a repeated key", (text: string) => text.replace('"payload":', '"payload":"e30=","payload":')],
    ["trailing bytes", (text: string) => `${text.trim()}{}`],
    [
      "a byte that is no UTF-8",
      (text: string) => Buffer.concat([Buffer.from(text.trim()), Buffer.from([0xff])]),
    ],
  ])("an envelope with %s is refused", async (_, spoil) => {
    expect(await codeOf(spoil(good))).toBe("ENVELOPE_MALFORMED");
  });

  it("the manifest that is returned is read from the payload, not from a copy beside it", async () => {
    const envelope = {
      ...parts(await signPackageStatement(signer, MANIFEST)),
      predicate: { worker_version: "9" },
    };
    expect(await verifyPackageStatement(JSON.stringify(envelope), [keyOf(signer)])).toMatchObject({
      ok: true,
      manifest: MANIFEST,
    });
  });
});
