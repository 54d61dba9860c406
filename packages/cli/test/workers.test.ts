import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inProcess } from "./hall.ts";
import { type Answer, type HallStandIn, openHall, sendJson } from "./hall-stand-in.ts";

let folder: string;
let hall: HallStandIn;
const RECEIPT = "0193f1a0-0000-7000-8000-000000000000";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hall-workers-"));
  hall = await openHall({
    "/wcp/workers": ({ method }): Answer =>
      method === "GET"
        ? {
            workers: [
              {
                worker_id: "org.test.hello-worker",
                worker_species_id: "wrk.doc.summarizer",
                capabilities: ["cap.doc.summarize"],
                status: "suspended",
              },
            ],
          }
        : {
            worker_id: "org.test.hello-worker",
            version: 2,
            receipt_id: RECEIPT,
            warnings: [{ path: "capabilities.0", id: "cap.own", says: "not in this Hall's catalog" }],
          },
  });
});
afterAll(async () => {
  await hall?.close();
  await rm(folder, { recursive: true, force: true });
});

const hallKey = "hall_key_x";
const run = (...args: string[]) => inProcess(["workers", ...args, "--hall", hall.url], "", { hallKey });
async function record(text: string): Promise<string> {
  const path = join(folder, "record.json");
  await writeFile(path, text);
  return path;
}

it("a record goes to the Hall as it is written, with the hash that existing clients compute in front", async () => {
  const text =
    '{ "worker_id": "org.test.hello-worker", "worker_species_id": "wrk.doc.summarizer", "capabilities": ["cap.doc.summarize"], "risk_tier": "low", "owner": "org.test",\n "x": 1.0, "y": 1e21, "z": 0.1}';
  const { code, out, err } = await run("enroll", await record(text));
  expect([code, err]).toEqual([0, expect.stringContaining("not in this Hall's catalog")]);
  expect(out).toContain("Enrolled org.test.hello-worker, version 2.");
  expect(out).toContain(RECEIPT);
  const hash = "sha256:11f3770ed586954ce68eca40dfec92285e81c5c0147547b9d9e57fd28b791cf0";
  expect(hall.asked.at(-1)?.body).toEqual({ record: `{"artifact_hash":"${hash}",${text.slice(1)}` });
});

it("a record that names its hash is not touched, right or wrong", async () => {
  const text = '{"artifact_hash":"sha256:wrong","worker_id":"x"}';
  await run("enroll", await record(text));
  expect(hall.asked.at(-1)?.body).toEqual({ record: text });
});

it("everything that the Hall finds wrong is told, and the code is 1", async () => {
  hall.instead = (response) =>
    sendJson(response, 400, {
      code: "INVALID_REQUEST",
      error: "The request does not follow its schema.",
      remedy: "Mend the fields named in problems.",
      problems: [
        { path: "worker_id", expected: "worker_id is required, a string" },
        { path: "blast_radius.data", expected: "a number from 0 to 5" },
      ],
    });
  try {
    const { code, err } = await run("enroll", await record("{}"));
    expect(code).toBe(1);
    expect(err).toContain("worker_id is required");
    expect(err).toContain("a number from 0 to 5");
  } finally {
    hall.instead = null;
  }
});

it("what is no JSON is not sent", async () => {
  const asked = hall.asked.length;
  const { code, err } = await run("enroll", await record('{"a":1,"a":2}'));
  expect([code, err]).toEqual([2, expect.stringContaining("not strict JSON")]);
  expect(hall.asked.length).toBe(asked);
});

it("workers are listed with their state", async () => {
  const { code, out } = await run("list");
  expect(code).toBe(0);
  expect(out).toMatch(/suspended +org\.test\.hello-worker\n {2}wrk\.doc\.summarizer: cap\.doc\.summarize/);
});
