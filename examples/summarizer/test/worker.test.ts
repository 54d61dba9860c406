import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { recordHash } from "@guildhall/attestation";
import { canonicalId, WorkerRecord } from "@guildhall/protocol";
import { HallClient } from "@guildhall/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HallStandIn, type Json, openHall } from "../../../packages/sdk/test/hall-stand-in.ts";
import { readSettings } from "../src/env.ts";
import { SUMMARIZER_RECORD } from "../src/record.ts";
import { readRequest } from "../src/request.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const TEXT = "The hall is open today. The hall of the guild is old. Rain fell.";

describe("the record", () => {
  it("is one that a Hall enrolls, hash and all", async () => {
    const hall = await openHall();
    const client = new HallClient({ url: hall.url, apiKey: "k", verifierKey: hall.key });
    await client.enroll(SUMMARIZER_RECORD);
    await hall.close();
    const sent = hall.requests[0]!.text;
    const record = WorkerRecord.parse(JSON.parse(sent));
    expect(record.artifact_hash).toBe(recordHash(sent));
    expect(record).toMatchObject({
      worker_id: "org.guildhall.summarizer.i-1",
      worker_species_id: "wrk.doc.summarizer",
      capabilities: ["cap.doc.summarize"],
      allowed_environments: ["dev", "stage", "prod"],
      owner: "org.guildhall",
    });
  });

  it("asks for no privilege, and names controls in their canonical form, its own demands among them", () => {
    const record = WorkerRecord.omit({ artifact_hash: true }).parse(SUMMARIZER_RECORD);
    expect(record.privilege_envelope).toEqual({
      secrets_access: [],
      network_egress: "none",
      filesystem_writes: [],
      tools: [],
    });
    const { currently_implements: own, required_controls: required } = SUMMARIZER_RECORD as unknown as {
      [field: string]: string[];
    };
    for (const control of own!) expect(canonicalId("ctrl", control)).toBe(control);
    expect(own).toEqual(expect.arrayContaining(required!));
  });
});

describe("a request", () => {
  it("is read with its defaults, and its limits are within it", () => {
    expect(readRequest({ text: TEXT })).toEqual({ text: TEXT, maxSentences: 3 });
    expect(readRequest({ text: "x".repeat(100_000), max_sentences: 20, writes: false })).toMatchObject({
      maxSentences: 20,
    });
    expect(readRequest({ text: "x", max_sentences: 1 })).toMatchObject({ maxSentences: 1 });
  });

  it.each([
    [{}, /text: .* got nothing/],
    [{ text: 7 }, /text: .* another type/],
    [{ text: " \n" }, /text: .* blanks/],
    [{ text: "x".repeat(100_001) }, /text: .* 100,001/],
    [{ text: TEXT, max_sentences: 0 }, /max_sentences: .* 1 to 20/],
    [{ text: TEXT, max_sentences: 21 }, /max_sentences/],
    [{ text: TEXT, max_sentences: 2.5 }, /max_sentences/],
    [{ text: TEXT, max_sentences: "3" }, /max_sentences/],
    [{ text: TEXT, max_sentences: null }, /max_sentences/],
    [{ max_sentences: 0 }, /text: .*; max_sentences: /],
  ])("is denied, with what was expected: %#", (request, message) => {
    expect(() => readRequest(request)).toThrow(
      expect.objectContaining({
        name: "WorkDenied",
        code: "INVALID_REQUEST",
        message: expect.stringMatching(message),
      }),
    );
  });
});

describe("the settings", () => {
  it("have defaults, and all their faults are told together", () => {
    expect(readSettings({})).toEqual({ port: 0, hallUrl: "http://localhost:8765" });
    expect(readSettings({ SUMMARIZER_PORT: "8770", HALL_URL: "https://hall.example" })).toEqual({
      port: 8770,
      hallUrl: "https://hall.example",
    });
    expect(() => readSettings({ SUMMARIZER_PORT: "70000", HALL_URL: "hall" })).toThrow(
      /SUMMARIZER_PORT: .*\n.*HALL_URL: /,
    );
  });
});

describe("the program", () => {
  let hall: HallStandIn;
  let child: ChildProcess;
  let printed: string;
  beforeEach(async () => {
    hall = await openHall();
    printed = "";
  });
  afterEach(async () => {
    await end();
    await hall.close();
  });

  /** Starts it as `npm start` does. */
  async function start(env: { [name: string]: string } = {}): Promise<string> {
    child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env.PATH, HALL_URL: hall.url, ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.on("data", (text) => {
        printed += text;
      });
    return new Promise((resolve, reject) => {
      child.once("message", (message) => resolve((message as { url: string }).url));
      child.once("exit", (code) => reject(new Error(`exit ${code}: ${printed}`)));
    });
  }

  function end(signal?: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    child.kill(signal ?? "SIGKILL");
    return ended;
  }

  async function work(url: string, request: Json) {
    const ordered = await hall.grants.issue(request, { claims: { aud: SUMMARIZER_RECORD.worker_id } });
    const body = JSON.stringify(ordered);
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    return { status: response.status, body: (await response.json()) as Json };
  }

  it("says where it serves, summarizes under a grant, denies what it cannot do, and stops when told", async () => {
    const url = await start();
    await expect.poll(() => printed).toContain(url);
    expect(await work(url, { text: TEXT, max_sentences: 2 })).toMatchObject({
      status: 200,
      body: {
        status: "ok",
        result: { summary: "The hall is open today. The hall of the guild is old.", sentence_count: 3 },
      },
    });
    expect(await work(url, { text: "" })).toMatchObject({
      status: 200,
      body: {
        status: "denied",
        deny_reason: { code: "INVALID_REQUEST", message: expect.stringContaining("text: ") },
      },
    });
    const bare = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ request: { text: TEXT } }),
    });
    expect(bare.status).toBe(401);
    expect(printed).not.toContain("The hall of the guild");
    expect(await end("SIGTERM")).toBe(0);
  });

  it("stops when whoever started it is gone", async () => {
    await start();
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.disconnect();
    expect(await ended).toBe(0);
  });

  it("does not start with wrong settings, and says which, without a stack", async () => {
    await expect(start({ SUMMARIZER_PORT: "http" })).rejects.toThrow("exit 1");
    await expect.poll(() => printed).toMatch(/SUMMARIZER_PORT: expected a port/);
    expect(printed).not.toContain("    at ");
  });
});
