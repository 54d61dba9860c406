import { print, request, showVerdict, showWork, summariseOwnDocument } from "./governed-work.ts";
import { startLocalHall, step, stopOnSignal } from "./local-hall.ts";

/**
 * `npm run demo`: one governed dispatch and four refusals, each with its receipt, each verified. Exits with 0
 * only if all of that held.
 */
const hall = await startLocalHall().catch((error: Error) => {
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
});
stopOnSignal(hall.stop);
let held = true;
try {
  const { client, demo } = hall;
  const answer = await step("Dispatching a summary of README.md", () => summariseOwnDocument(hall));
  showWork(answer);
  held = (await showVerdict("decision", answer, hall)) && held;
  held = (await showVerdict("outcome", answer.outcome_receipt!, hall)) && held;

  const refusals = [
    {
      asked: "an unknown capability",
      change: { capability_id: "cap.doc.sumarise" },
      code: "DENY_NO_MATCHING_RULE",
    },
    {
      asked: "a tenant_id that is not the key's",
      change: { tenant_id: "somebody.else" },
      code: "DENY_UNKNOWN_TENANT",
    },
    {
      asked: "RESTRICTED data in stage, where the worker lacks a control",
      change: { env: "stage", data_label: "RESTRICTED" },
      code: "DENY_MISSING_REQUIRED_CONTROLS",
    },
    {
      asked: "a write to RESTRICTED data in prod at P0",
      change: {
        env: "prod",
        data_label: "RESTRICTED",
        qos_class: "P0",
        request: { text: "x", writes: true },
      },
      code: "DENY_REQUIRES_HUMAN",
    },
  ] as const;
  for (const { asked, change, code } of refusals) {
    const refused = await client.dispatch(request(demo, change));
    const deny = refused.deny_reason_if_denied;
    print(`\n  asked       ${asked}`);
    const word = refused.outcome === "STEWARD_HOLD" ? "held  " : "denied";
    print(`  ${word}      ${deny?.code ?? "NOT DENIED"}`);
    print(`              ${deny?.message ?? ""}`);
    held = (await showVerdict("receipt", refused, hall)) && held;
    if (deny?.code !== code) {
      held = false;
      print(`  expected ${code}`);
    }
  }
  print(`\nThe key that verified all this: ${demo.verifierKey}`);
  print(held ? "All receipts verified." : "Something did not verify; see above.");
} catch (error) {
  held = false;
  process.stderr.write(`\n${(error as Error).message}\n`);
} finally {
  await hall.stop();
}
process.exit(held ? 0 : 1);
