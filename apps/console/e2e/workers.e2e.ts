import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Sha256Hex } from "@guildhall/protocol";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RECORD, withHash } from "../../hall-api/test/testing/enrolled-worker.ts";
import {
  addNamespace,
  addRunner,
  measure,
  OTHER_CODE,
  register,
  statement,
  WORKER,
} from "../../hall-api/test/testing/registered-code.ts";
import { addMember } from "../../hall-api/test/testing/tenant.ts";
import { accessibilityFaults, overflow } from "./accessibility.ts";
import { openStage, type Stage } from "./stage.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

let stage: Stage;
let page: Page;
let runner: Awaited<ReturnType<typeof addRunner>>;
/** What the browser complained of: a refused script or style would be here. */
const complaints: string[] = [];

beforeAll(async () => {
  stage = await openStage();
  page = await stage.signIn({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(10_000);
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
});
afterAll(() => stage?.close());

const main = () => page.getByRole("main");
const room = (name: string, of = page) =>
  of.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name, exact: true });
const heading = (name: string, of = page) => of.getByRole("heading", { level: 1, name, exact: true });
const at = (path: string) => `/${stage.tenant.slug}/${path}`;

/** Runs what a page shows, in an empty folder beside the documents, as if `hall` were installed. */
async function paste(commands: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pasted-"));
  try {
    await symlink(`${ROOT}docs`, join(folder, "docs"));
    const hall = `hall() { "${process.execPath}" "${ROOT}packages/cli/src/main.ts" "$@"; }`;
    const script = `set -e\n${hall}\n${commands}\n`;
    return (await promisify(execFile)("sh", ["-c", script], { cwd: folder })).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("before anything was found", () => {
  it("the alerts say when there would be one, and how a machine reads them", async () => {
    await room("Alerts").click();
    await page.getByRole("heading", { name: "No alerts" }).waitFor();
    await page.getByRole("region", { name: "command that reads the alerts" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("a worker without registered code says so, and how its author registers it", async () => {
    await room("Workers").click();
    await heading("Workers").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("row").getByText("not registered").waitFor();
    await page.getByRole("link", { name: WORKER }).click();
    await heading(WORKER).waitFor();
    await page.getByRole("region", { name: "command that registers a package" }).waitFor();
    await page.getByRole("region", { name: "record as it is stored" }).getByText("risk_tier").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("a tenant without workers learns how one is enrolled", async () => {
    const other = await stage.signIn({}, stage.neighbour);
    await room("Workers", other).click();
    await other.getByRole("region", { name: "command that enrolls a worker" }).waitFor();
    await other.goto(`/${stage.neighbour.slug}/workers/${WORKER}`);
    await heading("No such worker here", other).waitFor();
    expect(await accessibilityFaults(other)).toEqual([]);
    await other.context().close();
  });

  it("the keys are the Hall's, and a runner is registered by an operator", async () => {
    await room("Keys").click();
    await heading("Keys").waitFor();
    await main().getByText("None is registered for this tenant.").waitFor();
    await page.getByRole("button", { name: "Register a runner" }).click();
    await page.getByRole("dialog", { name: "Register a runner" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

describe("a worker whose code was changed", () => {
  beforeAll(async () => {
    const { hall, tenant } = stage;
    const { session } = await addMember(hall.hall, tenant.id);
    const namespace = await addNamespace(hall, tenant.id);
    runner = await addRunner(hall, { operator: session });
    await register(hall, tenant.key, await statement(namespace.signer));
    await measure(hall, tenant.key, runner.signer);
  });

  it("matches, before", async () => {
    await page.goto(at(`workers/${WORKER}`));
    await main().getByText("What was measured last is what was registered.").waitFor();
    expect(await page.getByRole("button", { name: "Clear flag" }).count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("is an alert, in words, which leads to the worker", async () => {
    await measure(stage.hall, stage.tenant.key, runner.signer, { hash: Sha256Hex.parse(OTHER_CODE) });
    await room("Alerts").click();
    const row = page.getByRole("row").filter({ hasText: "is not what was registered (runner-measured)" });
    await row.getByText("DENY_WORKER_TAMPERED").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await row.getByRole("link", { name: WORKER }).click();
    await heading(WORKER).waitFor();
    await page.getByRole("alert").filter({ hasText: "until a person clears the flag" }).waitFor();
  });

  it("is not cleared by who may not, who is told who may", async () => {
    const auditor = await stage.signIn({}, await stage.tenant.member("auditor"));
    await auditor.goto(at(`workers/${WORKER}`));
    const button = auditor.getByRole("button", { name: "Clear flag" });
    await button.waitFor();
    await expect
      .poll(() => button.getAttribute("title"))
      .toBe("As auditor you may not clear a flag: owner and operator may");
    await button.focus();
    await auditor.keyboard.press("Enter");
    expect(await auditor.getByRole("dialog").count()).toBe(0);
    await auditor.context().close();
  });

  it("is cleared with a reason, and not without one; it runs after a measurement that matches", async () => {
    await page.getByRole("button", { name: "Clear flag" }).click();
    const dialog = page.getByRole("dialog", { name: "Clear the flag" });
    const press = dialog.getByRole("button", { name: "Clear the flag" });
    expect(await press.getAttribute("aria-disabled")).toBe("true");
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("textbox", { name: "Reason" }).fill("Restored from the build of Friday");
    await press.click();
    await main().getByText("by you: Restored from the build of Friday").waitFor();
    await main().getByText("Its code is registered and was not measured yet").waitFor();
    expect((await stage.tenant.dispatch()).denied).toBe(true);
    await measure(stage.hall, stage.tenant.key, runner.signer);
    await main().getByText("What was measured last is what was registered.").waitFor();
    expect((await stage.tenant.dispatch()).denied).toBe(false);
  });
});

describe("a worker's certificate", () => {
  let officer: Page;
  const certificateOn = (of: Page) => of.getByRole("article", { name: /^Certificate / });

  it("is given by a compliance officer, for what is chosen and nothing else", async () => {
    officer = await stage.signIn({}, await stage.tenant.member("compliance"));
    officer.setDefaultTimeout(10_000);
    await officer.goto(at(`workers/${WORKER}`));
    await officer.getByRole("button", { name: "Certify" }).click();
    const dialog = officer.getByRole("dialog", { name: "Certify the worker" });
    const press = dialog.getByRole("button", { name: "Sign the certificate" });
    await dialog.getByRole("checkbox", { name: "cap.doc.summarize" }).check();
    await dialog.getByRole("checkbox", { name: "dev" }).check();
    expect(await press.getAttribute("aria-disabled")).toBe("true");
    await dialog.getByRole("checkbox", { name: "INTERNAL" }).check();
    expect(await accessibilityFaults(officer)).toEqual([]);
    await press.click();
    await certificateOn(officer).getByText("INTERNAL", { exact: true }).waitFor();
  });

  it("is read by everybody, downloaded as PEM, and revoked by none but an officer, for a reason", async () => {
    await page.goto(at(`workers/${WORKER}`));
    const download = page.waitForEvent("download");
    await certificateOn(page).getByRole("button", { name: "Download PEM" }).click();
    const text = await readFile(await (await download).path(), "utf8");
    expect(text).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
    const off = certificateOn(page).getByRole("button", { name: "Revoke" });
    expect(await off.getAttribute("title")).toContain("compliance may");
    expect(await accessibilityFaults(page)).toEqual([]);

    await officer.getByRole("button", { name: "Revoke" }).click();
    const dialog = officer.getByRole("dialog", { name: "Revoke the certificate" });
    await dialog.getByRole("combobox", { name: "Reason" }).selectOption("privilege_withdrawn");
    expect(await accessibilityFaults(officer)).toEqual([]);
    await dialog.getByRole("button", { name: "Revoke the certificate" }).click();
    await certificateOn(officer).getByText("privilege withdrawn").waitFor();
    await officer.context().close();
  });
});

describe("a worker's life", () => {
  const OWN = "org.test.of-the-console";
  const dialog = (name: string) => page.getByRole("dialog", { name });

  it("begins with its record, with everything that is wrong with it told at once", async () => {
    await room("Workers").click();
    await page.getByRole("button", { name: "Enroll a worker" }).click();
    const form = dialog("Enroll a worker");
    await form.getByLabel("Record").fill('{"capabilities":["cap.test.own"],"risk_tier":"enormous"}');
    await form.getByRole("button", { name: "Enroll", exact: true }).click();
    for (const path of ["worker_id", "worker_species_id", "artifact_hash", "risk_tier"])
      await form.getByText(path, { exact: true }).first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await form
      .getByLabel("Record")
      .fill(withHash({ ...RECORD, worker_id: OWN, capabilities: ["cap.test.own"] }));
    await form.getByRole("button", { name: "Enroll", exact: true }).click();
    await form.getByText("not in this Hall's catalog").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await form.getByRole("button", { name: "Done" }).click();
    await page.getByRole("link", { name: OWN }).click();
    await heading(OWN).waitFor();
    await page
      .getByRole("table", { name: "Versions of the record, newest first" })
      .getByText("you")
      .waitFor();
  });

  it("is suspended, resumed and ended by a person who says why", async () => {
    for (const [verb, after] of [
      ["Suspend", "Suspended: it is given no work."],
      ["Resume", null],
      ["Retire", "Retired: it is given no work any more."],
    ] as const) {
      await page.getByRole("button", { name: verb, exact: true }).click();
      const form = dialog(`${verb} the worker`);
      await form.getByLabel("Reason").fill("to see");
      expect(await accessibilityFaults(page)).toEqual([]);
      await form.getByRole("button", { name: `${verb} the worker` }).click();
      await form.waitFor({ state: "hidden" });
      if (after !== null) await main().getByText(after).waitFor();
    }
    expect(await page.getByRole("button", { name: "Retire" }).count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

describe("the log and its keys", () => {
  it("show the signed head that strangers read, and the commands that check it with this Hall's key", async () => {
    await room("Log").click();
    await heading("Log").waitFor();
    const head = page.getByRole("region", { name: "signed head" });
    const origin = stage.hall.verifierKey.split("+")[0] as string;
    await head.getByText(origin).first().waitFor();
    const monitor = page.getByRole("region", { name: "command that follows the log" });
    expect(await monitor.textContent()).toContain(stage.hall.verifierKey);
    expect(await accessibilityFaults(page)).toEqual([]);
    await room("Keys").click();
    await page.getByRole("table", { name: "Keys of runners" }).getByText("in use").waitFor();
    await page.getByRole("table", { name: "Keys of the Hall" }).getByText("in use").first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("come with commands that work as pasted, by the Hall's own words and by openssl's", async () => {
    await room("Log").click();
    const text = async (name: string) =>
      (await page.getByRole("region", { name, exact: true }).textContent()) as string;
    await page.getByText(/^ID=[0-9a-f]{8}-/).waitFor();
    const read = await text("commands that read the log");
    const urls = read.match(/http\S+/g) ?? [];
    expect(urls.length).toBe(2);
    for (const url of urls) expect((await fetch(url)).status, url).toBe(200);
    const monitor = `${await text("command that follows the log")} --once`;
    const check = (await text("commands that check a receipt")).replace("hall_key_…", stage.tenant.key);
    const alone = await text("commands that check a receipt without our software");
    const said = await paste([monitor, check, alone].join("\n"));
    expect(said).toContain("VERIFIED: receipt");
    expect(said).toContain("Signature Verified Successfully");
  });

  it("fit a phone, as do the alerts and the worker", async () => {
    const phone = await stage.signIn({ viewport: { width: 390, height: 844 } });
    for (const path of ["alerts", "workers", `workers/${WORKER}`, "log", "keys"]) {
      await phone.goto(at(path));
      await phone.getByRole("heading", { level: 1 }).waitFor();
      await expect.poll(() => phone.getByRole("status", { name: /^Reading/ }).count()).toBe(0);
      expect(await overflow(phone), path).toBe(0);
      expect(await accessibilityFaults(phone), path).toEqual([]);
    }
    await phone.context().close();
  });

  it("need no script or style that the console's own policy refuses", () => {
    expect(complaints.filter((text) => !/status of 40[0134]/.test(text))).toEqual([]);
  });
});
