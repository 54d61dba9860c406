import { it } from "vitest";
import { openStage } from "./stage.ts";
it("shots", async () => {
  const stage = await openStage();
  try {
    const a = await stage.tenant.dispatch(); const b = await stage.tenant.dispatch({ env: "prod", data_label: "RESTRICTED" }); const c = await stage.tenant.dispatch({ tenant_id: "globex\u202e", env: "moon" }); const d = await stage.tenant.dispatch({ capability_id: "cap.doc.classify", env: "prod" });
    for (const scheme of ["light", "dark"] as const) for (const width of [1440, 390]) {
      const page = await stage.signIn({ viewport: { width, height: 900 }, colorScheme: scheme });
      await page.getByRole("table").waitFor();
      await page.screenshot({ path: `/tmp/console-stub/shots/real-list-${width}-${scheme}.png` });
      for (const [n, x] of [["allowed", a], ["restricted", b], ["invalid", c], ["classify", d]] as const) {
        await page.goto(`/acme/decisions/${x.decision_id}`); await page.getByText("Verified").first().waitFor(); await page.waitForTimeout(300);
        const over = await page.evaluate(() => document.querySelector("article")?.parentElement?.scrollHeight ?? 0);
        await page.setViewportSize({ width, height: Math.max(900, Math.min(3000, over + 60)) });
        await page.screenshot({ path: `/tmp/console-stub/shots/real-${n}-${width}-${scheme}.png` });
        await page.setViewportSize({ width, height: 900 });
      }
      await page.context().close();
    }
  } finally { await stage.close(); }
});
