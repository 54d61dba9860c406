import type { Io } from "./command.ts";
import { counted } from "./counted.ts";
import { NO_BUNDLE } from "./no-bundle.ts";
import type { Change, Simulation, Verdict } from "./read-simulation.ts";

const GROUP_ROWS_MAX = 10;
const CHANGES_MAX = 20;

/** How many would change, and from what to what. */
export function printTotals(simulation: Simulation, { out }: Pick<Io, "out">): void {
  const { asked, invalid, skipped, changed, comparedWith } = simulation;
  out.title(
    changed === 0
      ? `None of the last ${counted(asked, "request")} would be decided otherwise.`
      : `${changed} of the last ${counted(asked, "request")} would be decided otherwise.`,
  );
  out.line(`Compared with what is in force: ${comparedWith === NO_BUNDLE ? "nothing" : comparedWith}.`);
  if (invalid > 0)
    out.line(`Left out: ${counted(invalid, "request")} that broke RouteInput, which no bundle changes.`);
  if (skipped > 0)
    out.line(`Left out: ${counted(skipped, "request")} whose receipts say too little to ask again.`);
  printGroup(simulation, "outcome", { out });
}

export function printSimulation(simulation: Simulation, { out }: Pick<Io, "out">): void {
  printTotals(simulation, { out });
  for (const by of ["rule", "tenant", "worker"]) printGroup(simulation, by, { out });
  const { changes, changed } = simulation;
  if (changes.length === 0) return;
  out.line();
  const shown = changes.slice(0, CHANGES_MAX);
  out.title(changed > shown.length ? `The first ${shown.length} of them` : "Each of them");
  for (const change of shown) printChange(change, { out });
}

/** By what it was so far: which rule and worker answer now, who asked. */
function printGroup({ groups }: Simulation, by: string, { out }: Pick<Io, "out">): void {
  const counts = groups.find((group) => group.by === by)?.counts ?? [];
  if (counts.length === 0) return;
  out.line();
  out.title(`By ${by}`);
  for (const [name, count] of counts.slice(0, GROUP_ROWS_MAX))
    out.line(`${String(count).padStart(7)}  ${name}`);
  if (counts.length > GROUP_ROWS_MAX) out.line(`         and ${counts.length - GROUP_ROWS_MAX} more`);
}

function printChange({ decisionId, capabilityId, tenantId, before, after }: Change, io: Pick<Io, "out">) {
  io.out.line(`${decisionId}  ${capabilityId} for ${tenantId}`);
  io.out.line(`    now   ${inWords(before)}`);
  io.out.line(`    then  ${inWords(after)}`);
}

/** `DENY DENY_HIGH_BLAST by rr_a`, `ALLOW by rr_a to org.acme.w1`. */
export function inWords({ outcome, code, rule, worker }: Verdict): string {
  return [outcome, code, `by ${rule}`, worker === null ? null : `to ${worker}`]
    .filter((part) => part !== null)
    .join(" ");
}
