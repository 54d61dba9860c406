import { mkdirSync } from "node:fs";
import { HALL_CHAIN } from "@guildhall/protocol";
import { afterAll, beforeAll, it } from "vitest";
import { offerFirstRun } from "../../hall-api/src/tenants/first-run.ts";
import { addOperator } from "../../hall-api/test/testing/platform.ts";
import { addLink, addTenant } from "../../hall-api/test/testing/tenant.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
const OUT = "/tmp/shots-tenants";
beforeAll(async () => {
  mkdirSync(OUT, { recursive: true });
  stage = await openStage();
});
afterAll(() => stage?.close());

const MODES = [
  ["390-light", { width: 390, height: 844 }, "light"],
  ["390-dark", { width: 390, height: 844 }, "dark"],
  ["1440-light", { width: 1440, height: 900 }, "light"],
  ["1440-dark", { width: 1440, height: 900 }, "dark"],
] as const;

it("takes them", async () => {
  const first = (await offerFirstRun(stage.hall.hall))?.url ?? "";
  const { id } = await addOperator(stage.hall.hall);
  const auditor = await addOperator(stage.hall.hall, "auditor");
  const link = async (who = id) =>
    `${stage.consoleUrl}/sign-in?token=${await addLink(stage.hall.hall, HALL_CHAIN, who)}`;
  const shoot = async (name: string, path: string, who: string | null, act?: string) => {
    for (const [mode, viewport, colorScheme] of MODES) {
      const page = await stage.visit(who ? await link(who) : path, { viewport, colorScheme });
      page.setDefaultTimeout(15_000);
      if (who) {
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();
        await page.goto(path);
      }
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(600);
      if (act) {
        await page.getByRole("button", { name: act, exact: true }).click();
        await page.waitForTimeout(300);
      }
      await page.screenshot({ path: `${OUT}/${name}-${mode}.png`, fullPage: true });
      await page.context().close();
    }
  };
  await shoot("signup", "/sign-up", null);
  await shoot("found", `/sign-up?token=hall_link_x`, null);
  await shoot("firstrun", first, null);
  await shoot("tenants-few", "/platform/tenants", id);
  await shoot("create", "/platform/tenants", id, "Make a tenant");
  await shoot("detail", "/platform/tenants/acme", id);
  await shoot("suspend", "/platform/tenants/acme", id, "Suspend");
  await shoot("operators", "/platform/members", id);
  await shoot("auditor", "/platform/tenants/acme", auditor.id);
  for (let n = 0; n < 120; n++)
    await addTenant(stage.hall.hall, { name: n % 7 === 0 ? `a-${"long-".repeat(6)}${n}` : `t-${n}` });
  await shoot("tenants-full", "/platform/tenants", id);
  await stage.admin.query("SELECT 1");
}, 600_000);
