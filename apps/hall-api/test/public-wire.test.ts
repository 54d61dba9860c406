import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addKey, addTenant } from "./testing/tenant.ts";

/** docs/public-wire.md, command by command, as a reader would paste them. */

const DOCUMENT = fileURLToPath(new URL("../../../docs/public-wire.md", import.meta.url));
const run = promisify(execFile);

let house: TestHouse;
let hall: OpenHall;
let env: Record<string, string>;
const folder = mkdtempSync(join(tmpdir(), "guildhall-wire-"));

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  const tenant = await addTenant(hall.hall, { name: "demo" });
  const scopes = [
    "worker:enroll",
    "worker:read",
    "attestation:register",
    "tenant:read",
    "presence:set",
    "receipt:read",
    "decision:make",
  ];
  const { secret } = await addKey(hall.hall, tenant, { scopes });
  env = { HALL: hall.url, KEY: secret, OPERATOR: hall.operatorToken, PATH: process.env.PATH ?? "" };
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await house?.close();
});

interface Step {
  command: string;
  printed: string;
}

/** What stands in the blocks of the document: a command after `$ `, with what follows it as its input, and what it prints. */
function stepsOf(document: string): Step[] {
  const blocks = [...document.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, block]) => block as string);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const ends = /<<'END'\n[\s\S]*?^END\n/m.exec(text);
        const length = ends ? ends.index + ends[0].length : text.indexOf("\n") + 1;
        return { command: text.slice(0, length), printed: text.slice(length) };
      }),
  );
}

/** Equal but for what `…` stands for. */
function isAsPrinted(expected: string, printed: string): boolean {
  const pattern = expected
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join('[^"]+');
  return new RegExp(`^${pattern}$`).test(printed);
}

const steps = stepsOf(readFileSync(DOCUMENT, "utf8"));

it.each(steps)("$command", async ({ command, printed }) => {
  const { stdout } = await run("sh", ["-c", command], { env, cwd: folder });
  const lines = (text: string) => text.replaceAll("\r", "").trimEnd();
  expect(isAsPrinted(lines(printed), lines(stdout)), `${command}printed\n${stdout}`).toBe(true);
});

describe("the document", () => {
  it("has every endpoint of the wire, and nothing else would be run", () => {
    expect(steps.length).toBeGreaterThan(24);
    const text = readFileSync(DOCUMENT, "utf8");
    const wire = (OPERATIONS as readonly unknown[] as readonly Operation[]).flatMap(({ rest }) =>
      rest?.wire && rest.path !== "/alerts" ? [rest.path.replace(/:[a-z_]+/, "org.test.hello-worker")] : [],
    );
    expect(wire.length).toBeGreaterThan(7);
    for (const path of [...wire, "/health"]) expect(text, path).toContain(`$HALL${path}`);
  });

  it("would not pass with another answer", () => {
    expect(isAsPrinted('{"a":"…","b":1}', '{"a":"anything","b":1}')).toBe(true);
    expect(isAsPrinted('{"a":"…","b":1}', '{"a":"anything","b":2}')).toBe(false);
    expect(isAsPrinted('{"a":"…"}', '{"a":"x","b":2}')).toBe(false);
    expect(isAsPrinted('{"a":"…"}', '{"a":""}')).toBe(false);
  });
});
