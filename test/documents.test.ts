import { execFile, execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CHECKS, receiptFiles } from "../packages/attestation/src/verify/index.ts";
import { DENY_CODES } from "../packages/protocol/src/deny-codes.ts";
import { HALL_ERRORS } from "../packages/protocol/src/hall-error.ts";
import { HALL_KEY_ALGORITHMS, HALL_KEY_ROLES } from "../packages/protocol/src/hall-key.ts";
import { RECEIPT_KINDS } from "../packages/protocol/src/receipt.ts";
import { denyCodesPage } from "../scripts/generate-deny-codes.ts";

/** What the documents say is there, is there. */

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(ROOT, file)));
const documents = files.filter((file) => file.endsWith(".md"));
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** A document's text without its code blocks, which show and do not refer. */
const prose = (file: string) => read(file).replaceAll(/^```[\s\S]*?^```$/gm, "");

describe("documents", () => {
  it("are there to be read", () => {
    expect(documents).toEqual(
      expect.arrayContaining([
        ".github/pull_request_template.md",
        "CHANGELOG.md",
        "CODE_OF_CONDUCT.md",
        "CONTRIBUTING.md",
        "README.md",
        "SECURITY.md",
        "docs/adding-a-table.md",
        "docs/adding-an-operation.md",
        "docs/architecture.md",
        "docs/deny-codes.md",
        "docs/glossary.md",
        "docs/http-status-codes.md",
        "docs/threat-model.md",
        "docs/verify-a-receipt.md",
      ]),
    );
    expect(documents.filter((file) => file.startsWith("docs/adr/")).length).toBeGreaterThan(12);
  });

  it("have one table of the roles of keys: each once, with its algorithm and nothing left open", () => {
    const rows = read("docs/keys.md")
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const names = { ed25519: "Ed25519", "ecdsa-p256": "ECDSA P-256", rsa: "RSA 3072" };
    for (const role of HALL_KEY_ROLES) {
      const [row, ...more] = rows.filter(([first]) => first?.includes(`\`${role}\``));
      expect(more, role).toEqual([]);
      expect(row?.[1], role).toContain(names[HALL_KEY_ALGORITHMS[role]]);
      expect(
        row?.filter((cell) => cell === ""),
        role,
      ).toEqual([]);
      expect(row, role).toHaveLength(7);
    }
  });

  it("link to what is there", () => {
    expect(documents.flatMap((file) => brokenLinks(file, prose(file)))).toEqual([]);
  });

  it("would show a link that leads nowhere", () => {
    const text =
      "[a](no-such.md) [b](README.md#no-such-heading) [c](README.md#the-tree) [d](https://example.org)";
    expect(brokenLinks("README.md", text)).toEqual([
      "README.md: no-such.md",
      "README.md: README.md#no-such-heading",
    ]);
  });

  it("name files and folders that are there", () => {
    expect(documents.flatMap((file) => missingPaths(file, prose(file)))).toEqual([]);
  });

  it("would show a file that is not there", () => {
    expect(missingPaths("x.md", "`packages/engine/src/decide.ts` `packages/engine/src/guess.ts`")).toEqual([
      "x.md: packages/engine/src/guess.ts",
    ]);
  });

  it("name commands that there are", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = documents.flatMap((file) =>
      [...read(file).matchAll(/\bnpm (?:run ([a-z][a-z:-]*)|(start|test)\b)/g)].map(
        ([, run, lifecycle]) => (run ?? lifecycle) as string,
      ),
    );
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
    expect(named).toEqual(expect.arrayContaining(["start", "test", "demo", "check", "bench"]));
  });

  it("README's tree is the repository's", () => {
    const tree = /^## The tree\n+```\n([\s\S]*?)^```$/m.exec(read("README.md"))?.[1] ?? "";
    const rooms = tree.split("\n").flatMap((line) => /^\S+/.exec(line)?.[0] ?? []);
    expect(rooms.length).toBeGreaterThan(10);
    expect(rooms.filter((room) => !existsSync(join(ROOT, room)))).toEqual([]);
  });

  it("speak of this project alone: no address of this machine, no claim that cannot be checked", () => {
    const wrong = documents.flatMap((file) =>
      prose(file)
        .split("\n")
        .filter((line) => /(?:^|[\s"'(`])\/(?:work|home|root|Users)\//.test(line) || /!(?=\s|$)/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(wrong).toEqual([]);
  });

  it("README is short enough to be read", () => {
    expect(read("README.md").split("\n").length).toBeLessThanOrEqual(200);
  });
});

describe("codes", () => {
  it("docs/deny-codes.md is what the table makes: run npm run generate", () => {
    expect(read("docs/deny-codes.md")).toBe(denyCodesPage());
  });

  it("each deny code is documented once, with its sentence and its remedy", () => {
    const lines = read("docs/deny-codes.md").split("\n");
    for (const [code, { sentence, remedy }] of Object.entries(DENY_CODES)) {
      const rows = lines.filter((line) => line.startsWith(`| \`${code}\` |`));
      expect(rows, code).toHaveLength(1);
      expect(rows[0]).toContain(`| ${sentence} | ${remedy} |`);
    }
  });

  it("each refusal is documented with its status, and no other", () => {
    const rows = [...read("docs/http-status-codes.md").matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)];
    const documented = Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]));
    const declared = Object.fromEntries(
      Object.entries(HALL_ERRORS).map(([code, { status }]) => [code, status as number]),
    );
    expect(documented).toEqual(declared);
  });

  it("each reason why a body is not strict JSON is documented", () => {
    const union = /export type StrictJsonCode =([^;]+);/.exec(
      read("packages/protocol/src/strict-json.ts"),
    )?.[1];
    const codes = [...(union ?? "").matchAll(/"([A-Z_]+)"/g)].map(([, code]) => code as string);
    expect(codes.length).toBeGreaterThan(10);
    const page = read("docs/http-status-codes.md");
    expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });

  it("documents name no code that there is not", () => {
    const known = new Set<string>([...Object.keys(DENY_CODES), "DENY_CODES"]);
    const unknown = documents.flatMap((file) =>
      [...read(file).matchAll(/\bDENY_[A-Z_]+\b/g)]
        .filter(([code]) => !known.has(code))
        .map(([code]) => `${file}: ${code}`),
    );
    expect(unknown).toEqual([]);
  });
});

describe("settings", () => {
  it("of the Hall are all in the runbook, and no others", () => {
    const declared = [...read("apps/hall-api/src/env.ts").matchAll(/^ {2}(HALL_[A-Z_]+):/gm)].map(
      ([, name]) => name,
    );
    const rows = [...read("docs/runbooks/start.md").matchAll(/^\| (`HALL_[^|]+) \|/gm)].map(
      ([, cell]) => cell,
    );
    const documented = rows.flatMap((cell) =>
      [...(cell as string).matchAll(/HALL_[A-Z_]+/g)].map(([name]) => name),
    );
    expect(declared.length).toBeGreaterThan(8);
    expect(documented.sort()).toEqual(declared.sort());
  });
});

describe("the glossary", () => {
  const words = new Set(
    [...read("docs/glossary.md").matchAll(/\*\*([^*]+)\*\*/g)].map(([, word]) =>
      (word as string).toLowerCase(),
    ),
  );

  it("explains the words of the code", () => {
    const wanted =
      `hall, tenant, signatory identity, capability, species, worker, worker record, transport, control, rule,
      bundle, decision, hold, receipt, chain, leaf, log, checkpoint, seal, inclusion proof, grant, dispatch, outcome receipt,
      fence, epoch, snapshot, payload, commitment, sealer, ledger writer, ledger, batch, head, entry, act, kind, body, actor,
      frontier, signer, origin, verifier key, signature, start-by time, attempt, redeem, job, program, cell, shadowed rule,
      candidate, step, blast score, privilege envelope, policy gate, profile, certification, attestation, approval, ban,
      deny code, operation, door, permission, scope, member, caller, idempotency key, correlation id, dry run, salt, witness,
      vector, negative control, probe, instance, species, enroll`
        .split(",")
        .map((word) => word.trim());
    expect(wanted.filter((word) => !words.has(word))).toEqual([]);
  });

  it("has no word twice", () => {
    const all = [...read("docs/glossary.md").matchAll(/^- \*\*([^*]+)\*\*/gm)].map(([, word]) => word);
    // A seal is a thing and an act; its lines say so.
    expect(all.filter((word, at) => all.indexOf(word) !== at && word !== "Seal")).toEqual([]);
  });
});

describe("what code and tests cite", () => {
  const sources = files.filter((file) => /\.(?:ts|tsx|mjs|sql|yaml|prisma|css)$/.test(file));
  const cited = (pattern: RegExp) =>
    new Map(
      sources.flatMap((file) => [...read(file).matchAll(pattern)].map(([, cite]) => [cite as string, file])),
    );

  it("of the architecture is a section or a rule of docs/architecture.md", () => {
    const page = read("docs/architecture.md");
    const missing = [...cited(/ARCHITECTURE (\d+[a-z]?(?:\.\d+)?)/g)].filter(([cite]) => {
      const [section, rule] = cite.split(".");
      if (!new RegExp(`^##+ ${section}\\.? `, "m").test(page)) return true;
      return rule !== undefined && !page.includes(`\n| ${rule} | **`);
    });
    expect(missing).toEqual([]);
  });

  it("of the contract is a section of docs/wcp-contract.md", () => {
    const page = read("docs/wcp-contract.md");
    const missing = [...cited(/contract (\d+[a-z]?(?:\.\d+)?)/g)].filter(
      ([cite]) => !new RegExp(`^##+ ${cite.replace(".", "\\.")}\\.? `, "m").test(page),
    );
    expect(missing).toEqual([]);
  });

  describe("of hostile cases", () => {
    const rows = [...read("docs/reliability.md").matchAll(/^\| (H-\d{3}) \|/gm)].map(
      ([, id]) => id as string,
    );
    const tried = cited(/\b(H-\d{3})\b/g);

    it("has its row in docs/reliability.md: add one with what must happen", () => {
      expect([...tried].filter(([id]) => !rows.includes(id))).toEqual([]);
    });

    it("is there for each row: a case that nothing tries is no promise", () => {
      expect(rows.filter((id) => !tried.has(id))).toEqual([]);
    });
  });

  it("of the threat model has its row there", () => {
    const rows = [...read("docs/threat-model.md").matchAll(/^\| (T\d+) \|/gm)].map(([, id]) => id as string);
    const missing = [...cited(/RELIABILITY (T\d+)/g).keys()].filter((id) => !rows.includes(id));
    expect(missing).toEqual([]);
    const sections = [...cited(/RELIABILITY (\d\.\d)/g).keys()];
    expect(sections.filter((cite) => !read("docs/reliability.md").includes(`### ${cite} `))).toEqual([]);
  });
});

describe("docs/verify-a-receipt.md", () => {
  const page = read("docs/verify-a-receipt.md");
  const script = join(ROOT, "docs/verify-receipt.sh");
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "guildhall-verify-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("shows docs/verify-receipt.sh as it is", () => {
    expect(/^```sh\n([\s\S]*?)^```$/m.exec(page)?.[1]).toBe(read("docs/verify-receipt.sh"));
  });

  it("explains each check of the verifier", () => {
    for (const check of CHECKS) expect(page).toMatch(new RegExp(`^\\| ${check} \\|`, "m"));
    for (const kind of ["decision", "outcome"]) expect(RECEIPT_KINDS).toContain(kind);
  });

  it("its script accepts what the verifier accepts", { timeout: 60_000 }, async () => {
    const { cases, key } = vector("sealed-receipts-are-accepted");
    // Keys in PEM or bare base64 name no log; the script wants a verifier key.
    const chosen = cases.filter(({ key }) => key === undefined);
    const said = await Promise.all(chosen.map(({ sealed = "" }) => verdict(sealed, key)));
    expect(said.length).toBeGreaterThan(15);
    for (const [at, { name }] of chosen.entries()) expect(said[at], name).toMatch(/^VERIFIED: receipt /);
  });

  it("its script refuses what the verifier refuses", { timeout: 120_000 }, async () => {
    const chosen = ["changed-bodies-are-refused", "bad-signatures-are-refused", "bad-proofs-are-refused"]
      .map(vector)
      .flatMap(({ cases, key }) =>
        cases.filter((one) => one.key === undefined).map((one) => ({ ...one, key })),
      );
    const verdicts = chosen.map(async ({ name, sealed = "", key }) => [name, await verdict(sealed, key)]);
    expect(verdicts.length).toBeGreaterThan(35);
    for (const [name, said] of await Promise.all(verdicts)) expect(said, name).toMatch(/^NOT VERIFIED: /);
  });

  let count = 0;
  async function verdict(sealed: string, key: string): Promise<string> {
    const place = join(folder, `${count++}`);
    mkdirSync(place);
    for (const { name, bytes } of await receiptFiles(sealed, [key])) writeFileSync(join(place, name), bytes);
    const { stdout } = await run("sh", [script, place, key]).catch((error) => error);
    return stdout;
  }
});

interface ReceiptVector {
  key: string;
  cases: { name: string; sealed?: string; key?: string | string[]; previous?: string }[];
}

function vector(name: string): ReceiptVector {
  return parse(read(`vectors/receipts/${name}.yaml`));
}

/** Relative links of a document that lead to no file, or to no heading of it. */
function brokenLinks(file: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target as string)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = "", heading] = target.split("#", 2);
      const to = path === "" ? file : normalize(join(dirname(file), path));
      if (!existsSync(join(ROOT, to))) return true;
      return heading !== undefined && to.endsWith(".md") && !headings(to).includes(heading);
    })
    .map((target) => `${file}: ${target}`);
}

/** The anchors that a page's headings get. */
function headings(file: string): string[] {
  return [...prose(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}

const TOP = new Set(
  readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])),
);

/** Paths in backticks that begin with a folder of the repository and are not there. */
function missingPaths(file: string, text: string): string[] {
  return [...text.matchAll(/`([A-Za-z.][\w./@[\]-]*\/[\w./@[\]-]*)`/g)]
    .map(([, path]) => path as string)
    .filter((path) => TOP.has(path.split("/", 1)[0] as string) && !path.startsWith(".guildhall"))
    .filter((path) => !existsSync(join(ROOT, path)))
    .map((path) => `${file}: ${path}`);
}
