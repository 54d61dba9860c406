import type { CertificationScope } from "@guildhall/protocol";
import { checkAttestation } from "./check-attestation.ts";
import { missingControls, requiredControls } from "./check-controls.ts";
import { checkPrivilege } from "./check-privilege.ts";
import { floorsFor } from "./floors.ts";
import type { Refusal } from "./refusal.ts";
import { shownList } from "./sanitise.ts";
import type { Snapshot, SnapshotWorker } from "./snapshot.ts";

/** What a person who certifies looks at, in this order. */
export const EXAMINED = ["controls", "attestation", "envelope"] as const;
export type Examined = (typeof EXAMINED)[number];

/** One check of a worker for one environment and data label, as a decision there would make it. */
export interface Examination {
  check: Examined;
  env: CertificationScope["environments"][number];
  data_label: CertificationScope["data_labels"][number];
  met: boolean;
  /** The code with which a decision would deny, and why; null where it is met. */
  code: string | null;
  because: string | null;
}

/**
 * Holds a worker against everything that its certification would be used for: the platform's floors and those of the profile
 * that stands for each environment. Rules may ask for more; that is for each decision.
 */
export function examineWorker(
  snapshot: Snapshot,
  worker: SnapshotWorker,
  { environments, data_labels }: Pick<CertificationScope, "environments" | "data_labels">,
  nowMs: number,
): Examination[] {
  return environments.flatMap((env) =>
    data_labels.flatMap((data_label) => {
      const floors = floorsFor({ ruleId: "the certification", profiles: [] }, snapshot, { env, data_label });
      const found = (check: Examined, refusal: Refusal | null): Examination => ({
        check,
        env,
        data_label,
        met: refusal === null,
        code: refusal?.code ?? null,
        because: refusal?.because ?? null,
      });
      if ("code" in floors) return EXAMINED.map((check) => found(check, floors));
      const asked = [...floors.controls];
      const missing = missingControls(worker, asked);
      return [
        found("controls", missing.length === 0 ? null : lacks(worker, missing)),
        found("attestation", checkAttestation(snapshot, worker, floors.attestationMinimum, nowMs).refusal),
        found(
          "envelope",
          checkPrivilege(worker, requiredControls(asked, worker), env, floors, snapshot).refusal,
        ),
      ];
    }),
  );
}

function lacks({ workerId }: SnapshotWorker, missing: readonly string[]): Refusal {
  return {
    code: "DENY_MISSING_REQUIRED_CONTROLS",
    details: { worker_id: workerId },
    because: `${workerId} does not implement ${shownList(missing)}.`,
  };
}
