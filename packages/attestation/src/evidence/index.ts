export { checkEvidence, type EvidenceFault, type EvidenceVerdict } from "./check-evidence.ts";
export { type Evidence, signEvidence } from "./cms.ts";
