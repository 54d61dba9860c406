import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityFaults, overflow } from "./accessibility.ts";
import { live, openStage, type Stage } from "./stage.ts";

let stage: Stage;
let page: Page;
/** What the browser complained of: a refused script or style would be here. */
const complaints: string[] = [];

beforeAll(async () => {
  stage = await openStage();
  page = await stage.signIn({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(10_000);
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  // What the simulation will ask again.
  for (let count = 0; count < 3; count++) await stage.tenant.dispatch({ dry_run: true });
  await stage.tenant.dispatch({ capability_id: "cap.doc.translate", dry_run: true });
});
afterAll(() => stage?.close());

const main = () => page.getByRole("main");
const editor = () => page.getByRole("textbox", { name: "Text of the bundle" });
const panel = () => page.getByRole("tabpanel");
const openTab = (name: string) => page.getByRole("tab", { name }).click();
/** Puts another text into the editor, as a person would: all of it, typed over. */
async function write(bundle: unknown): Promise<void> {
  await editor().click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(JSON.stringify(bundle, null, 2));
}
const isOff = async (button: Locator) => (await button.getAttribute("aria-disabled")) === "true";

const CANDIDATE = { candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer" }] };
const NOBODY_IN_PROD = {
  rule_id: "nothing-in-prod",
  match: { env: "prod" },
  decision: { candidate_workers_ranked: [] },
};
const SUMMARIZE = {
  rule_id: "summarize",
  match: { capability_id: "cap.doc.summarize" },
  decision: CANDIDATE,
};
/** Wider than the rule behind it, which then never matches. */
const SHADOWING = [
  SUMMARIZE,
  { ...SUMMARIZE, rule_id: "summarize-in-dev", match: { ...SUMMARIZE.match, env: "dev" } },
];
const NIGHT = {
  policies: [
    {
      policy_id: "pol.test.restricted",
      when: "request.data_label == 'RESTRICTED'",
      effect: "DENY",
      reason: "Nothing restricted.",
    },
  ],
  policy_tests: [
    {
      name: "restricted data is denied",
      given: { request: { data_label: "RESTRICTED" } },
      expect: { effect: "DENY" },
    },
  ],
};
/** Denies what was allowed before in dev. */
const MENDED = {
  rules: [NOBODY_IN_PROD, { ...SUMMARIZE, match: { ...SUMMARIZE.match, env: "stage" } }],
  ...NIGHT,
};

describe("the rules in force", () => {
  it("are read in plain words, each with its text, and what the Hall finds wrong with them", async () => {
    await page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: "Rules" }).click();
    await page.getByRole("heading", { level: 1, name: "Rules in force" }).waitFor();
    const rules = page.getByRole("list", { name: "Rules, in the order in which they are asked" });
    await rules.getByText("A request for cap.doc.summarize goes to wrk.doc.summarizer").waitFor();
    await main().getByText("ctrl.data.redaction-before-egress, which no worker").waitFor();
    await rules.getByText("summarize-restricted-in-stage").click();
    await rules.getByRole("region", { name: "rule summarize-restricted-in-stage" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("lead to publications and shadow runs, which teach their first step while there are none", async () => {
    const rulesNav = page.getByRole("navigation", { name: "Rules" });
    await rulesNav.getByRole("link", { name: "Publications" }).click();
    await page.getByRole("heading", { name: "Nothing was published yet" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await rulesNav.getByRole("link", { name: "Shadow runs" }).click();
    await page.getByRole("heading", { name: "No shadow run yet" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await rulesNav.getByRole("link", { name: "Drafts" }).click();
    await page.getByRole("heading", { name: "No drafts yet" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

describe("a draft", () => {
  it("begins as the rules in force, and says so", async () => {
    await live(page);
    await page.getByRole("button", { name: "New draft" }).click();
    const dialog = page.getByRole("dialog", { name: "New draft" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("Stage only");
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Begin the draft" }).click();
    await page.waitForURL("**/rules/drafts/*");
    await page.getByRole("heading", { level: 1, name: "Stage only" }).waitFor();
    await editor().waitFor();
    await openTab("Changes");
    await panel().getByText("They say the same.").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("reads the rule under the cursor aloud", async () => {
    await openTab("Reading");
    await editor().getByText('"summarize-restricted-in-stage"').click();
    await panel().getByText("summarize-restricted-in-stage", { exact: true }).waitFor();
    await panel().getByText("with RESTRICTED data goes to wrk.doc.summarizer").waitFor();
    await panel().getByText("which no worker of its candidates implements").waitFor();
  });

  it("offers what may stand at the cursor, and inside of an expression what it may name", async () => {
    await write({ rules: [{ rule_id: "a", match: {}, decision: CANDIDATE }], policies: [{ when: "" }] });
    await editor().getByText('"when"').click();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.type("request.en");
    const offers = page.getByRole("listbox");
    await offers.getByRole("option", { name: "env" }).first().waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => editor().textContent()).toContain('"when": "request.env"');
    await page.keyboard.type(" == '");
    await offers.getByRole("option", { name: "stage" }).waitFor();
    await page.keyboard.press("Escape");
  });

  it("shows a problem where it stands, in the Hall's words", async () => {
    await write({ rules: [{ ...SUMMARIZE, match: { env: "moon" } }] });
    await page.locator(".cm-lintRange-error").waitFor();
    expect(await page.locator(".cm-lintRange-error").textContent()).toBe('"moon"');
    await openTab("Review");
    await panel().getByRole("button", { name: "summarize · match.env" }).waitFor();
    await panel().getByText("one of dev, stage, prod, edge").waitFor();
    await openTab("Publish");
    expect(await isOff(panel().getByRole("button", { name: "Publish revision" }))).toBe(true);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("is told of a rule that never matches, and cannot be published with it", async () => {
    await write({ rules: SHADOWING });
    await page.keyboard.press("Control+s");
    await page.getByText(/Revision 2, saved by/).waitFor();
    await openTab("Review");
    await panel().getByText("summarize-in-dev never matches").waitFor();
    await panel().getByRole("button", { name: "Go to summarize-in-dev" }).click();
    expect(await editor().evaluate((element) => document.activeElement === element)).toBe(true);
    await openTab("Publish");
    await panel().getByText("1 rule never matches").waitFor();
    expect(await isOff(panel().getByRole("button", { name: "Publish revision 2" }))).toBe(true);
  });

  it("is told of a test that fails", async () => {
    const [test] = NIGHT.policy_tests;
    await write({ ...MENDED, policy_tests: [{ ...test, expect: { effect: "ALLOW" } }] });
    await openTab("Tests");
    await panel().getByText("1 of 1 fail: the bundle cannot be published.").waitFor();
    await write(MENDED);
    await panel().getByText("1 of 1 pass.").waitFor();
  });

  it("is simulated against what was decided before", async () => {
    await openTab("Simulate");
    await panel().getByRole("button", { name: "Simulate" }).click();
    await panel().getByText("3 of 4").waitFor();
    await panel().getByRole("region", { name: "Outcome" }).getByText("ALLOW → DENY").waitFor();
    const decisions = panel().getByRole("region", { name: "Decisions that would be others" });
    expect(await decisions.getByRole("listitem").count()).toBe(3);
    expect(await decisions.getByRole("listitem").first().textContent()).toContain("DENY_NO_MATCHING_RULE");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("is saved over nobody: who saves second is told, and loses nothing", async () => {
    const id = new URL(page.url()).pathname.split("/").at(-1) as string;
    const other = await stage.signIn({ viewport: { width: 1440, height: 900 } });
    await other.goto(page.url());
    await other.getByRole("textbox", { name: "Text of the bundle" }).click();
    await other.keyboard.press("Control+End");
    await other.keyboard.type(" ");
    await other.getByRole("button", { name: "Save", exact: true }).click();
    await other.getByText(/Revision 3, saved by/).waitFor();
    await other.context().close();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const notice = page.getByRole("status").filter({ hasText: "was saved before yours" });
    await notice.getByRole("button", { name: "See what differs" }).click();
    await notice.getByRole("textbox", { name: "From their text to yours" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await notice.getByRole("button", { name: "Save mine over it" }).click();
    await page.getByText(/Revision 4, saved by/).waitFor();
    const stored = await stage.hall.ask<{ content: string }>("GET", `/wcp/rules/drafts/${id}`, {
      key: stage.tenant.key,
    });
    expect(JSON.parse(stored.body.content)).toEqual(MENDED);
  });

  it("shows what it would change before it changes anything", async () => {
    await openTab("Changes");
    const rules = panel().getByRole("region", { name: "Rules", exact: true });
    await rules.getByRole("button", { name: "nothing-in-prod" }).waitFor();
    expect(await rules.textContent()).toMatch(/1 added.*1 removed.*1 changed/);
    await panel().getByRole("textbox", { name: "From the rules in force to the draft" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("is tried in the shadow before it is published", async () => {
    await openTab("Publish");
    await panel().getByRole("button", { name: "Start a shadow run" }).click();
    await panel().getByText("The shadow run has begun").waitFor();
    await stage.tenant.dispatch({ dry_run: true });
    await panel().getByRole("link", { name: "See what differs" }).click();
    await page.getByRole("heading", { name: "Running now" }).waitFor();
    const differences = page.getByRole("list", { name: "Differences, newest first" });
    await differences.getByRole("listitem").first().waitFor({ timeout: 15_000 });
    expect(await differences.textContent()).toContain("DENY_NO_MATCHING_RULE");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "End the run" }).click();
    await page
      .getByRole("dialog", { name: "End the shadow run" })
      .getByRole("button", { name: "End the run" })
      .click();
    await page.getByRole("heading", { name: "The newest run has ended" }).waitFor();
    await page.goBack();
  });

  it("is consented to by a second person, never by who saved it", async () => {
    const consent = (one: Page) => one.getByRole("button", { name: "Consent to revision 4" });
    await editor().waitFor();
    await openTab("Publish");
    expect(await consent(page).getAttribute("title")).toContain("a second person has to consent");
    const approver = await stage.signIn({}, await stage.tenant.member("approver"));
    await approver.goto(page.url());
    await approver.getByRole("tab", { name: "Publish" }).click();
    const publish = approver.getByRole("button", { name: "Publish revision 4" });
    expect(await publish.getAttribute("title")).toContain("As approver you may not publish rules");
    await consent(approver).click();
    await approver.getByText("you consented to this revision").waitFor();
    await approver.context().close();
    await page.reload();
    await editor().waitFor();
    await openTab("Publish");
    await panel()
      .getByText(/consented to this revision/)
      .waitFor();
  });

  it("is published with a note, and holds from then on", async () => {
    await editor().waitFor();
    await openTab("Publish");
    await panel().getByRole("textbox", { name: "Note" }).fill("Summaries in stage alone.");
    await panel().getByRole("button", { name: "Publish revision 4" }).click();
    await panel().getByText("In force as publication No. 1").waitFor();
    const { denied } = await stage.tenant.dispatch({ dry_run: true });
    expect(denied).toBe(true);
    await page.getByRole("navigation", { name: "Rules" }).getByRole("link", { name: "In force" }).click();
    await main().getByText("Summaries in stage alone.").waitFor();
    await main().getByRole("heading", { name: "2 rules" }).waitFor();
  });
});

describe("a publication", () => {
  it("brings its policies with it, held to their tests", async () => {
    await page.getByRole("link", { name: "Policies" }).click();
    await page.getByRole("heading", { name: "pol.test.restricted" }).waitFor();
    await page.getByText("1 of 1 pass, run just now.").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("is rolled back to the one before it, once somebody has read what would change", async () => {
    // Another one, so that there is an earlier one to go back to.
    const { rules } = MENDED;
    const bundle = JSON.stringify({ ...MENDED, rules: rules.slice(1) });
    const second = await stage.hall.ask("POST", "/wcp/rules/publish", {
      key: stage.tenant.key,
      body: { bundle, note: "Prod has rules again." },
    });
    expect(second.status).toBe(201);
    await page.goto(`/${stage.tenant.slug}/rules/publications`);
    const list = page.getByRole("table", { name: "Publications, newest first" });
    await list.getByRole("row", { name: /No. 2.*in force.*Prod has rules again/ }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await list.getByRole("link", { name: "Publication No. 1" }).click();
    await page.getByRole("heading", { level: 1, name: "Publication No. 1" }).waitFor();
    await live(page);
    await page.getByRole("button", { name: "Roll back to No. 1" }).click();
    const dialog = page.getByRole("dialog", { name: "Roll back to No. 1" });
    await dialog.getByText("Against the rules in force: 1 rule added.").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("textbox", { name: "Note" }).fill("Too much ran in prod.");
    await dialog.getByRole("button", { name: "Roll back to No. 1" }).click();
    await dialog.getByText("In force as publication No. 3").waitFor();
    await dialog.getByRole("link", { name: "See the publication" }).click();
    await page.getByRole("heading", { level: 1, name: "Publication No. 3" }).waitFor();
    await main().getByText("Too much ran in prod.").waitFor();
    await main().getByText("to the bundle of").waitFor();
    await page.getByRole("textbox", { name: "From what was in force to No. 3" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

describe("drafts that nobody needs", () => {
  it("are discarded, and brought back by one press", async () => {
    await page.goto(`/${stage.tenant.slug}/rules/drafts`);
    await live(page);
    await page.getByRole("button", { name: "New draft" }).first().click();
    await page.getByRole("textbox", { name: "Name" }).fill("A mistake");
    await page.getByRole("button", { name: "Begin the draft" }).click();
    await editor().waitFor();
    await page.getByRole("navigation", { name: "Rules" }).getByRole("link", { name: "Drafts" }).click();
    await page.getByRole("button", { name: "Discard A mistake" }).click();
    await page.getByRole("region", { name: "Discarded drafts" }).getByText("A mistake").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("region", { name: "Open drafts" }).getByText("A mistake").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("keep text that was never saved, for whoever comes back", async () => {
    await page.getByRole("link", { name: "A mistake" }).click();
    await editor().click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("// not saved ");
    await page.getByText("Not saved since revision 1").waitFor();
    // It is kept once it has settled.
    await page.locator(".cm-lintRange-error").first().waitFor();
    await page.getByRole("navigation", { name: "Rules" }).getByRole("link", { name: "Drafts" }).click();
    await page.getByRole("link", { name: "A mistake" }).click();
    await page.getByRole("button", { name: "Put it back" }).click();
    await expect.poll(() => editor().textContent()).toContain("// not saved");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText(/Revision 2, saved by/).waitFor();
  });
});

describe("profiles", () => {
  const define = async (name: string) => {
    await page.getByRole("button", { name: "Define the profile" }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
  };

  it("are plain statements, and one of one's own begins as another", async () => {
    await page.goto(`/${stage.tenant.slug}/profiles`);
    await page.getByRole("link", { name: "prof.prod.strict" }).click();
    await page.getByRole("heading", { level: 1, name: "Production, strict" }).waitFor();
    await page.getByText("From a blast score of 85 on a human decides.").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await live(page);
    await page.getByRole("button", { name: "Define one like it" }).click();
    await page.getByRole("heading", { level: 1, name: "Define a profile" }).waitFor();
    await page.getByRole("textbox", { name: "A human decides from a blast score of" }).fill("101");
    await page.getByRole("button", { name: "Define the profile" }).click();
    await page.getByText("3 fields to mend.").waitFor();
    await page.getByText("Expected a whole number from 0 to 100, or nothing").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("textbox", { name: "Id", exact: true }).fill("prof.test.careful");
    await page.getByRole("textbox", { name: "Name" }).fill("Careful");
    await page.getByRole("textbox", { name: "A human decides from a blast score of" }).fill("60");
    await define("Careful");
    await page.getByText("From a blast score of 60 on a human decides.").waitFor();
  });

  it("stand for an environment, once somebody has read what becomes stricter", async () => {
    await page.goto(`/${stage.tenant.slug}/profiles`);
    await live(page);
    await page.getByRole("button", { name: "Change the profile of prod" }).click();
    const dialog = page.getByRole("dialog", { name: "Profile of prod" });
    await dialog.getByRole("radio", { name: /prof\.test\.careful/ }).click();
    const stricter = dialog.getByRole("region", { name: "Stricter" });
    await stricter.getByText("From a blast score of 60 on a human decides (was 85).").waitFor();
    expect(await dialog.getByRole("region", { name: "Looser" }).count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Let it stand for prod" }).click();
    await dialog.getByText("prof.test.careful stands for prod").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    const environments = page.getByRole("list", { name: "Environments and their profiles" });
    await environments.getByRole("link", { name: "prof.test.careful" }).waitFor();
  });

  it("are not retired while they stand for one, and then only by their name", async () => {
    await page.goto(`/${stage.tenant.slug}/profiles/prof.test.careful`);
    const retire = page.getByRole("button", { name: "Retire" });
    await retire.waitFor();
    expect(await isOff(retire)).toBe(true);
    expect(await retire.getAttribute("title")).toContain("It stands for prod");
    await page.goto(`/${stage.tenant.slug}/profiles`);
    await live(page);
    await page.getByRole("button", { name: "Change the profile of prod" }).click();
    const dialog = page.getByRole("dialog", { name: "Profile of prod" });
    await dialog.getByRole("radio", { name: /No profile/ }).click();
    await dialog
      .getByRole("region", { name: "Looser" })
      .getByText("Work is dispatched without a signatory agreement in force.")
      .waitFor();
    await dialog.getByRole("button", { name: "Take the profile away from prod" }).click();
    await dialog.getByText("No profile stands for prod").waitFor();
    await page.goto(`/${stage.tenant.slug}/profiles/prof.test.careful`);
    await live(page);
    await retire.click();
    const asking = page.getByRole("dialog", { name: "Retire the profile" });
    expect(await isOff(asking.getByRole("button", { name: "Retire it" }))).toBe(true);
    await asking.getByRole("textbox").fill("prof.test.careful");
    await asking.getByRole("button", { name: "Retire it" }).click();
    await page.getByText("A rule that asks for it is denied.").waitFor();
  });
});

describe("somebody who may only look", () => {
  it("sees everything, and is told at every button why it is off", async () => {
    const auditor = await stage.signIn(
      { viewport: { width: 1440, height: 900 } },
      await stage.tenant.member("auditor"),
    );
    const why = async (name: string) => auditor.getByRole("button", { name }).first().getAttribute("title");
    await auditor.goto(`/${stage.tenant.slug}/rules`);
    await auditor.getByRole("heading", { name: "2 rules" }).waitFor();
    expect(await why("Draft a change")).toBe("As auditor you may not write drafts: owner and operator may");
    await auditor.goto(`/${stage.tenant.slug}/rules/publications/1`);
    await auditor.getByRole("heading", { name: "Publication No. 1" }).waitFor();
    expect(await why("Roll back to No. 1")).toBe(
      "As auditor you may not publish rules: owner and operator may",
    );
    await auditor.goto(`/${stage.tenant.slug}/profiles`);
    await auditor.getByRole("link", { name: "prof.prod.strict" }).waitFor();
    expect(await why("Define a profile")).toContain("As auditor you may not define profiles");
    expect(await why("Change the profile of prod")).toContain("As auditor you may not set the profile");
    await auditor.goto(`/${stage.tenant.slug}/rules/drafts`);
    await auditor.getByRole("link", { name: "A mistake" }).click();
    const text = auditor.getByRole("textbox", { name: "Text of the bundle" });
    await text.waitFor();
    expect(await text.getAttribute("tabindex")).toBe("0");
    await text.focus();
    await auditor.keyboard.type("changed");
    expect(await text.textContent()).not.toContain("changed");
    expect(await why("Save")).toContain("As auditor you may not write drafts");
    expect(await accessibilityFaults(auditor)).toEqual([]);
    await auditor.context().close();
  });
});

describe("on a phone", () => {
  it("nothing scrolls sideways but code, and nothing is lost", async () => {
    const phone = await stage.signIn({ viewport: { width: 390, height: 844 }, reducedMotion: "reduce" });
    for (const path of [
      "rules",
      "rules/drafts",
      "rules/publications",
      "rules/publications/1",
      "rules/shadow",
      "policies",
      "profiles",
      "profiles/prof.prod.strict",
      "profiles/new?from=prof.prod.strict",
    ]) {
      await phone.goto(`/${stage.tenant.slug}/${path}`);
      await phone.getByRole("heading", { level: 1 }).waitFor();
      await live(phone);
      expect(await overflow(phone), path).toBe(0);
      expect(await accessibilityFaults(phone), path).toEqual([]);
    }
    await phone.goto(`/${stage.tenant.slug}/rules/drafts`);
    await phone.getByRole("link", { name: "A mistake" }).click();
    await phone.getByRole("textbox", { name: "Text of the bundle" }).waitFor();
    for (const name of ["Review", "Tests", "Simulate", "Changes", "Publish"]) {
      await phone.getByRole("tab", { name }).click();
      expect(await overflow(phone), name).toBe(0);
      expect(await accessibilityFaults(phone), name).toEqual([]);
    }
    await phone.context().close();
  });
});

describe("the pages of the rules", () => {
  it("are reached from anywhere by ⌘K", async () => {
    await live(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("go to publ");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Publication No. 3" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Publication No. 3" }).waitFor();
  });

  it("have no script or style that their own policy refuses", () => {
    expect(complaints.filter((text) => !/status of 40[1349]/.test(text))).toEqual([]);
  });

  it("are strangers to the tenant next door", async () => {
    const neighbour = await stage.signIn({}, stage.neighbour);
    const draft = await stage.hall.ask<{ id: string }>("POST", "/wcp/rules/drafts", {
      key: stage.tenant.key,
      body: { name: "not yours" },
    });
    await neighbour.goto(`/${stage.neighbour.slug}/rules/drafts/${draft.body.id}`);
    await neighbour.getByRole("heading", { name: "No such draft here" }).waitFor();
    await neighbour.goto(`/${stage.neighbour.slug}/rules/publications/1`);
    await neighbour.getByRole("heading", { name: "No such publication" }).waitFor();
    await neighbour.context().close();
  });
});

describe("when the Hall goes away", () => {
  it("says so, and keeps what was typed", async () => {
    await page.goto(`/${stage.tenant.slug}/rules/drafts`);
    await page.getByRole("link", { name: "A mistake" }).click();
    await editor().click();
    await stage.hall.stop();
    await page.keyboard.type("x");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "The draft was not saved" }).waitFor();
    expect(await editor().textContent()).toContain("x");
    await page.goto(`/${stage.tenant.slug}/rules`);
    await page.getByRole("heading", { name: "The rules could not be read" }).waitFor();
  });
});
