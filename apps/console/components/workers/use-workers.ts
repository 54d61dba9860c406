"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { Attestation, WorkerHead } from "../../lib/worker-types.ts";

const POLL_MS = 5000;

export interface WorkerStanding {
  worker: WorkerHead;
  /** Null where no package is registered for it. */
  attestation: Attestation | null;
}

/** Every worker of the tenant, each with how its code stands. */
export function useWorkers() {
  return useQuery({
    queryKey: ["worker.list"],
    queryFn: async ({ signal }): Promise<WorkerStanding[]> => {
      const [{ workers }, { attestations }] = await Promise.all([
        hall.worker.list.query({}, { signal }),
        hall.attestation.list.query({}, { signal }),
      ]);
      const of = new Map(attestations.map((attestation) => [attestation.worker_id, attestation]));
      return workers.map((worker) => ({ worker, attestation: of.get(worker.worker_id) ?? null }));
    },
    // A measurement counts for minutes, and a flag may be raised at any of them.
    refetchInterval: POLL_MS,
  });
}
