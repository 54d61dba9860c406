import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { documentDigest, recordHash } from "@guildhall/attestation";
import { canonicalJson, Profile, RuleBundle, type StrictJson } from "@guildhall/protocol";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AWAY, decided, OWN_PROFILE, READER, REQUEST, RULES, receipt } from "./decided.ts";
import { HOSTILE, hall, inProcess, UNPRINTABLE } from "./hall.ts";
import { type HallStandIn, openHall } from "./hall-stand-in.ts";

let folder: string;
let text: string;
let files: { rules: string; away: string; reader: string; profile: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-replay-"));
  text = JSON.stringify(await decided());
  files = {
    rules: await file("rules.json", JSON.stringify(RULES, null, 2)),
    away: await file("away.json", AWAY),
    reader: await file("reader.json", READER),
    profile: await file("profile.json", JSON.stringify(OWN_PROFILE)),
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const documents = () => [
  ...["--record", files.away, "--record", files.reader],
  ...["--profile", files.profile],
];
const all = () => ["--bundle", files.rules, ...documents()];

describe("hall replay", () => {
  it("derives the same decision from the receipt and what it names; exit code 0", async () => {
    const path = await file("receipt.json", text);
    expect(await hall(["replay", path, ...all()])).toEqual({
      code: 0,
      out: "Derived again, and the same.\nALLOW by rr_summarize to org.acme.reader.i-1.\n",
      err: "",
    });
  });

  it("does so for a receipt without its seal, and for one inside an answer", async () => {
    const sealed = JSON.parse(text) as { receipt: object };
    for (const input of [sealed.receipt, { decision_id: "x", ...sealed, dispatch: null }])
      expect(await inProcess(["replay", "-", ...all()], JSON.stringify(input))).toMatchObject({ code: 0 });
  });

  it("does so for a hold, a denial and a dry run", async () => {
    for (const [changes, outcome] of [
      [{ data_label: "RESTRICTED" }, "HOLD"],
      [{ capability_id: "cap.doc.shred" }, "DENY"],
      [{ tenant_id: "somebody-else" }, "DENY"],
      [{ dry_run: true }, "ALLOW"],
    ] as const) {
      const input = JSON.stringify(await decided(changes));
      const { code, out } = await inProcess(["replay", "-", ...all()], input);
      expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`\n${outcome} `) });
    }
  });

  it("takes the bundle as it was written, and as a Hall stores it", async () => {
    const stored = await file("stored.json", JSON.stringify(RuleBundle.parse(RULES)));
    expect(await inProcess(["replay", "-", "--bundle", stored, ...documents()], text)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Derived again, and the same/),
    });
  });

  it("takes the bundle by the digest of its text, which has no default of a later version", async () => {
    const sealed = JSON.parse(text);
    sealed.receipt.decision.inputs.bundle_digest = documentDigest(RULES);
    expect(await inProcess(["replay", "-", ...all()], JSON.stringify(sealed))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Derived again, and the same/),
    });
  });

  it("of a request that broke its schema needs the body that was sent", async () => {
    const broken = { env: "moon" };
    const input = JSON.stringify(await decided(broken));
    const bare = await inProcess(["replay", "-", "--bundle", files.rules], input);
    expect(bare).toMatchObject({ code: 3, out: expect.stringMatching(/^○ input +the payload was erased/m) });
    const payload = await file("payload.json", JSON.stringify({ ...REQUEST, ...broken }));
    const whole = await inProcess(["replay", "-", "--bundle", files.rules, "--payload", payload], input);
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining("DENY DENY_INVALID_INPUT") });
  });

  it("of a tenant that never published rules needs no bundle", async () => {
    const sealed = JSON.parse(JSON.stringify(await decided({}, { rules: [] })));
    sealed.receipt.decision.inputs.bundle_digest = "none";
    expect(await inProcess(["replay", "-"], JSON.stringify(sealed))).toMatchObject({
      code: 0,
      out: expect.stringContaining("DENY DENY_NO_MATCHING_RULE"),
    });
  });
});

describe("a receipt that was changed", () => {
  it("is different; the first difference and what it should be are named; exit code 1", async () => {
    const changed = JSON.parse(text);
    const { score } = changed.receipt.decision.blast;
    changed.receipt.decision.blast.score = 99;
    const { code, out } = await inProcess(["replay", "-", ...all()], JSON.stringify(changed));
    expect(code).toBe(1);
    expect(out).toMatch(/^Derived again, and different\.$/m);
    expect(out).toContain(`The first difference: blast.score\nrecorded  99\nderived   ${score}\n`);
  });
});

describe("a bundle with one rule changed", () => {
  const other = (change: (rules: typeof RULES) => void) => {
    const rules = structuredClone(RULES);
    change(rules);
    return rules;
  };

  it("is used, which is said, and the first difference is named: path, values, step; exit code 1", async () => {
    const rules = other(({ rules: [rule] }) => {
      rule!.decision.candidate_workers_ranked.pop();
    });
    const path = await file("other.json", JSON.stringify(rules));
    const { code, out } = await inProcess(["replay", "-", "--bundle", path, ...documents()], text);
    expect(code).toBe(1);
    const digests = [rules, RULES].map((one) => documentDigest(RuleBundle.parse(one)));
    expect(out).toContain(
      `${path} is not the bundle that decided: it is ${digests[0]}, and the receipt names ${digests[1]}.`,
    );
    expect(out).toContain("recorded  ALLOW by rr_summarize to org.acme.reader.i-1");
    expect(out).toContain("derived   DENY DENY_NO_AVAILABLE_WORKER by rr_summarize");
    expect(out).toMatch(
      /^The first difference: blast$\n^recorded {2}\{.*"score":\d+.*\}$\n^derived {3}null$/m,
    );
    expect(out).not.toContain("ends otherwise");
    expect(out).toMatch(
      /^The first step that differs: worker$\n^● recorded +org\.acme\.reader\.i-1 serves.*$\n^✕ derived +Denied: /m,
    );
  });

  it("that answers by another rule shows where that ends, too", async () => {
    const rules = other(({ rules: [rule] }) => {
      rule!.rule_id = "rr_careful";
      Object.assign(rule!.decision, { required_controls_suggested: ["ctrl.obs.audit-log-append-only"] });
    });
    const path = await file("careful.json", JSON.stringify(rules));
    const { out } = await inProcess(["replay", "-", "--bundle", path, ...documents()], text);
    expect(out).toMatch(
      /^The first step that differs: rule$\n^● recorded .*rr_summarize.*\n^● derived .*rr_careful/m,
    );
    expect(out).toMatch(/^The first that ends otherwise: worker$\n^● recorded .*\n^✕ derived /m);
  });

  it("that decides the same is said to be another one all the same; exit code 0", async () => {
    const rules = other(({ rules }) => {
      rules.push({ ...rules[0]!, rule_id: "rr_other", match: { capability_id: "cap.doc.shred" } });
    });
    const path = await file("same.json", JSON.stringify(rules));
    const { code, out } = await inProcess(["replay", "-", "--bundle", path, ...documents()], text);
    expect(code).toBe(0);
    expect(out).toMatch(/is not the bundle that decided[\s\S]*Derived again, and the same\./);
  });

  it("that only tells another reason differs in what was written down, and in no step", async () => {
    const rules = other(({ rules: [rule] }) => {
      Object.assign(rule!.decision, { escalation: { rationale: "Because." } });
    });
    const path = await file("rationale.json", JSON.stringify(rules));
    const { code, out } = await inProcess(["replay", "-", "--bundle", path, ...documents()], text);
    expect(code).toBe(1);
    expect(out).toMatch(/^The first difference: escalation\.rationale$\n^recorded {2}nothing there$/m);
    expect(out).toContain('derived   "Because."');
    expect(out).toContain("Each step reads as before");
  });

  it("is told to programs with --json", async () => {
    const rules = other(({ rules: [rule] }) => {
      rule!.match.capability_id = "cap.doc.shred";
    });
    const path = await file("json.json", JSON.stringify(rules));
    const { code, out } = await inProcess(["replay", "-", "--json", "--bundle", path, ...documents()], text);
    expect(code).toBe(1);
    expect(out).toMatch(/^[\n\x20-\x7e]+$/);
    expect(JSON.parse(out)).toMatchObject({
      outcome: "different",
      recorded: { outcome: "ALLOW", worker: "org.acme.reader.i-1" },
      derived: { outcome: "DENY", code: "DENY_NO_MATCHING_RULE" },
      difference: { path: "blast" },
      step: { recorded: { step: "rule", mark: "passed" }, derived: { mark: "failed" } },
      other_bundle: documentDigest(RuleBundle.parse(rules)),
    });
    const same = await inProcess(["replay", "-", "--json", ...all()], text);
    expect(JSON.parse(same.out)).toMatchObject({ outcome: "same", difference: null, other_bundle: null });
  });

  it("that is no bundle ends with 2", async () => {
    const path = await file("broken.json", '{"rules":[{"rule_id":"a"}]}');
    expect(await inProcess(["replay", "-", "--bundle", path], text)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/rules\.0\.match.*hall rules lint/),
    });
    const expression = await file("expression.json", JSON.stringify(RULES).replace("==", "="));
    expect(await inProcess(["replay", "-", "--bundle", expression], text)).toMatchObject({
      code: 2,
      out: "",
    });
  });
});

describe("what is missing", () => {
  it("is named, one by one; exit code 3", async () => {
    const { code, out } = await inProcess(["replay", "-"], text);
    expect(code).toBe(3);
    expect(out).toMatch(/^○ rule +bundle sha256:[0-9a-f]{64} is not there\.$/m);
    expect(out).toMatch(/^○ worker +record sha256:[0-9a-f]{64} is not there\.$/m);
    expect(out).toMatch(/^○ profile +profile prof\.our\.own \(sha256:[0-9a-f]{64}\) is not there\.$/m);
    expect(out).not.toContain("prof.dev.permissive");
    expect(out).toContain("Not derivable: 4 things missing.");
    const json = await inProcess(["replay", "-", "--json"], text);
    expect(json.code).toBe(3);
    expect(JSON.parse(json.out)).toMatchObject({ outcome: "not_derivable", derived: null });
    expect(JSON.parse(json.out).not_derivable).toHaveLength(4);
  });

  it("does not become there by a document that is another one, which is said", async () => {
    const changed = await file("changed.json", AWAY.replace("1.0", "1"));
    const unlike = await file("unlike.json", JSON.stringify({ ...OWN_PROFILE, name: "Theirs" }));
    const { code, out } = await inProcess(
      [
        "replay",
        "-",
        "--bundle",
        files.rules,
        "--record",
        changed,
        "--record",
        files.reader,
        "--profile",
        unlike,
      ],
      text,
    );
    expect(code).toBe(3);
    expect(out).toContain(`${changed} (${recordHash(AWAY.replace("1.0", "1"))}) is no record that`);
    expect(out).toContain(`${unlike} (`);
    expect(out).toContain("Not derivable: 2 things missing.");
  });
});

describe("--hall", () => {
  let standIn: HallStandIn;
  afterEach(() => standIn.close());

  const bundle = RuleBundle.parse(RULES);
  const profile = Profile.parse(OWN_PROFILE);
  const documentsOf = (): { [path: string]: { [field: string]: StrictJson } } => ({
    [`/wcp/rules/bundles/${documentDigest(bundle)}`]: {
      digest: documentDigest(bundle),
      bundle: canonicalJson(bundle),
    },
    [`/wcp/records/${recordHash(AWAY)}`]: { record_hash: recordHash(AWAY), record: AWAY },
    [`/wcp/records/${recordHash(READER)}`]: { record_hash: recordHash(READER), record: READER },
    [`/wcp/profiles/versions/${documentDigest(profile)}`]: {
      digest: documentDigest(profile),
      profile: JSON.parse(JSON.stringify(profile)),
    },
  });
  const ask = (...args: string[]) =>
    inProcess(["replay", "-", "--hall", standIn.url, ...args], text, { hallKey: "hall_key_test" });

  it("gets what the receipt names, with the key of the environment", async () => {
    standIn = await openHall(documentsOf());
    expect(await ask()).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Derived again, and the same/),
    });
    expect(standIn.asked.map(({ method }) => method)).toEqual(["GET", "GET", "GET", "GET"]);
    for (const { authorization } of standIn.asked) expect(authorization).toBe("Bearer hall_key_test");
  });

  it("asks for nothing that files have given", async () => {
    standIn = await openHall(documentsOf());
    expect(await ask("--bundle", files.rules, "--record", files.away)).toMatchObject({ code: 0 });
    expect(standIn.asked.map(({ path }) => path.split("/")[2])).toEqual(["records", "profiles"]);
  });

  it("is not believed where it answers with another document; exit code 3", async () => {
    const lies = documentsOf();
    const [rules, away] = Object.keys(lies) as [string, string];
    lies[rules]!.bundle = canonicalJson(bundle).replace("rr_summarize", "rr_summarise");
    lies[away]!.record = AWAY.replace("cap.doc.summarize", "cap.doc.other");
    standIn = await openHall(lies);
    const { code, out } = await ask();
    expect(code).toBe(3);
    expect(out).toMatch(/^The Hall's bundle sha256:\S+ is another one, sha256:\S+; it was not used\.$/m);
    expect(out).toMatch(/^The Hall's record sha256:\S+ is another one/m);
    expect(out).toContain("Not derivable: 2 things missing.");
  });

  it("that does not have a document leaves it missing; exit code 3", async () => {
    const some = documentsOf();
    delete some[Object.keys(some)[0]!];
    standIn = await openHall(some);
    expect(await ask()).toMatchObject({ code: 3, out: expect.stringMatching(/^○ rule +bundle/m) });
  });

  it("is asked for nothing that no document is named by", async () => {
    standIn = await openHall(documentsOf());
    const forged = JSON.parse(JSON.stringify(await receipt()));
    forged.decision.inputs.bundle_digest = "../../keys?x=";
    forged.decision.selected.worker_record_hash = "sha256:";
    forged.decision.profiles = [{ profile_id: "prof.a.b", digest: "/" }];
    forged.decision.inputs.passed_over = [];
    const address = ["--hall", standIn.url];
    const ran = await inProcess(["replay", "-", ...address], JSON.stringify(forged), { hallKey: "k" });
    expect(ran.code).toBe(3);
    expect(standIn.asked).toEqual([]);
  });

  it.each([
    [
      "refuses",
      403,
      { code: "FORBIDDEN", error: "No.", permission: "rule:read" },
      /FORBIDDEN: No\. It needs rule:read/,
    ],
    ["answers with something else", 200, { digest: "x" }, /answer has no bundle/],
  ])("that %s ends with 2", async (_, status, body, message) => {
    standIn = await openHall({});
    standIn.instead = (response) => response.writeHead(status).end(JSON.stringify(body));
    expect(await ask()).toMatchObject({ code: 2, out: "", err: expect.stringMatching(message) });
  });

  it("that is not there, without a key, or with a key that is none ends with 2", async () => {
    standIn = await openHall({});
    expect(await inProcess(["replay", "-", "--hall", standIn.url], text)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/HALL_KEY/),
    });
    const spaced = { hallKey: "two words" };
    const bad = await inProcess(["replay", "-", "--hall", standIn.url], text, spaced);
    expect(bad).toMatchObject({ code: 2, err: expect.not.stringContaining("two words") });
    const gone = await inProcess(["replay", "-", "--hall", "http://127.0.0.1:9"], text, { hallKey: "k" });
    expect(gone).toMatchObject({ code: 2, err: expect.stringMatching(/could not be asked/) });
    const nowhere = await inProcess(["replay", "-", "--hall", "nowhere"], text, { hallKey: "k" });
    expect(nowhere).toMatchObject({ code: 2, err: expect.stringMatching(/http/) });
  });

  it("gets the key from a file, before that of the environment", async () => {
    standIn = await openHall(documentsOf());
    const key = await file("key", "hall_key_of_file\n");
    await ask("--key-file", key);
    expect(standIn.asked[0]?.authorization).toBe("Bearer hall_key_of_file");
  });
});

describe("a receipt from anybody", () => {
  it("cannot write on the terminal", async () => {
    const forged = JSON.parse(JSON.stringify(await receipt()));
    forged.decision.matched_rule_id = HOSTILE;
    forged.decision.selected.worker_id = HOSTILE;
    forged.decision.selected.worker_record_hash = HOSTILE;
    forged.decision.profiles[0] = { profile_id: HOSTILE, digest: HOSTILE };
    forged.decision.inputs[HOSTILE] = HOSTILE;
    const lacking = await inProcess(["replay", "-"], JSON.stringify(forged));
    expect(lacking.code).toBe(3);
    forged.decision.profiles = [];
    forged.decision.candidates = [];
    forged.decision.selected.worker_record_hash = recordHash(READER);
    const different = await inProcess(["replay", "-", ...all()], JSON.stringify(forged));
    expect(different.code).toBe(1);
    for (const { out, err } of [lacking, different]) {
      expect(out + err).not.toMatch(UNPRINTABLE);
      expect(out).not.toMatch(/^● rule/m);
    }
  });

  it.each([
    ["passed_over", 7],
    ["passed_over", [null]],
    ["passed_over", [{ worker_id: 1 }]],
    ["egress", {}],
    ["attestation", "no"],
    ["agreements", [{}]],
    ["certificates", {}],
    ["capability_id", "cap"],
    ["env", undefined],
    ["snapshot_version", { valueOf: 1, toString: 1 }],
    ["bundle_digest", undefined],
  ])("whose inputs.%s is %j is refused by that name; exit code 2", async (name, value) => {
    const forged = JSON.parse(JSON.stringify(await receipt()));
    forged.decision.inputs[name] = value;
    expect(await inProcess(["replay", "-", ...all()], JSON.stringify(forged))).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining(`inputs.${name} is not as a Hall`),
    });
  });

  it("that attests without having found anything is refused", async () => {
    const forged = JSON.parse(JSON.stringify(await receipt()));
    forged.decision.attestation = { method: "tee", valid: true };
    expect(await inProcess(["replay", "-", ...all()], JSON.stringify(forged))).toMatchObject({
      code: 2,
      err: expect.stringContaining("inputs.attestation is not as a Hall"),
    });
  });

  it("never breaks it: whatever stands in a receipt, there is an answer", async () => {
    const whole = JSON.parse(JSON.stringify(await receipt()));
    const paths = [...pathsOf(whole)];
    const junk = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(HOSTILE, { toString: 1, valueOf: 1 }, [], {}, null, -1, "none"),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...paths), junk), { minLength: 1, maxLength: 3 }),
        async (changes) => {
          const forged = structuredClone(whole);
          // A copy: the junk is one object for all runs, and a later change may land inside an earlier one.
          for (const [path, value] of changes) put(forged, path, structuredClone(value));
          for (const command of [
            ["replay", "-", ...all()],
            ["explain", "-"],
          ]) {
            const { code, out, err } = await inProcess(command, JSON.stringify(forged));
            expect([0, 1, 2, 3]).toContain(code);
            expect(out + err).not.toMatch(UNPRINTABLE);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  function* pathsOf(value: unknown, path: string[] = []): Generator<string[]> {
    if (path.length > 0) yield path;
    if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, [...path, key]);
  }

  function put(target: { [key: string]: unknown }, path: string[], value: unknown): void {
    const [key = "", ...rest] = path;
    const inner = target[key];
    if (rest.length === 0 || typeof inner !== "object" || inner === null) target[key] = value;
    else put(inner as { [key: string]: unknown }, rest, value);
  }
});

describe("exit code 2", () => {
  it.each([
    ["no receipt", ["replay"], /Expected one receipt/],
    ["two receipts", ["replay", "a", "b"], /Expected one receipt/],
    ["an unknown option", ["replay", "-", "--rules", "x"], /--rules/],
    ["standard input twice", ["replay", "-", "--bundle", "-"], /not several/],
    ["no such bundle", ["replay", "-", "--bundle", "/nowhere/x"], /no such file/],
    ["no such record", ["replay", "-", "--record", "/nowhere/x"], /no such file/],
  ])("%s", async (_, args, message) => {
    expect(await inProcess(args, text)).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(message),
    });
  });

  it("what is no decision, or does not say when it was made", async () => {
    const undated = JSON.parse(text);
    undated.receipt.decided_at = "yesterday";
    for (const [input, message] of [
      ["{}", /only decisions/],
      ["{", /not strict JSON/],
      [JSON.stringify(undated), /decided_at/],
    ] as const)
      expect(await inProcess(["replay", "-", ...all()], input)).toMatchObject({
        code: 2,
        out: "",
        err: expect.stringMatching(message),
      });
  });

  it("records, profiles and payloads that are none", async () => {
    const none = await file("none.json", "[]");
    for (const option of ["--record", "--profile", "--payload"])
      expect(await inProcess(["replay", "-", option, none], text), option).toMatchObject({
        code: 2,
        out: "",
      });
  });
});
